#ifndef EXPORT_FIRST_DAY_H
#define EXPORT_FIRST_DAY_H

struct fault;
struct store;

/*
 * The first of the `days` days that end with the newest one stored, as
 * "2026-11-23" in `day`; "" when nothing is stored or days is SINCE_ALL.
 */
int first_day_since(
    struct store *, unsigned days, char day[static 16], struct fault *);

/* The same from the newest day, which is in `day` before; "" for none. */
void first_day_of(unsigned days, char day[static 16]);

#endif
