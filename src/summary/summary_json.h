#ifndef SUMMARY_SUMMARY_JSON_H
#define SUMMARY_SUMMARY_JSON_H

#include <stddef.h>
#include <stdio.h>

struct summary_alarm;
struct words;

/* One item of a list of the overview as an object, of the manual's form. */
void json_problem(FILE *, const struct words *, size_t at);
void json_sender(FILE *, const struct words *, size_t at);

/* Without an alarm, it does not tell whether it is over that. */
void json_domain(
    FILE *, const struct words *, size_t at, const struct summary_alarm *);

#endif
