#ifndef TABLES_JUDGED_H
#define TABLES_JUDGED_H

#include <stdbool.h>

struct fault;
struct store;
struct store_filter;

/*
 * The connection's own view `judged`: the reports that count, by what is
 * counted of them, so many alike a row.  A mirror (mirror.h) has a table of
 * that name in its place.
 */

/*
 * Have it show all reports, or those alone that judged_fill() chose.  With no
 * statement under way.
 */
int judged_show(struct store *, bool alone, struct fault *);

/*
 * Choose the reports about the domains of a filter that is `alone`; `list` has
 * these with a blank around each.  In one view of the store with what reads
 * them.
 */
int judged_fill(struct store *, const struct store_filter *, const char *list,
    struct fault *);

#endif
