#ifndef STORE_RECOUNT_H
#define STORE_RECOUNT_H

#include <stdint.h>

struct fault;
struct store;

/*
 * Count the rollups of a day, of which all reports may be gone, from scratch,
 * in the open transaction.  Not for a day that was pruned: too little is left
 * of it.
 */
int rollup_recount_day(struct store *, const char *date, struct fault *);

/*
 * The same for the day of a stored report, once before the commit, however
 * often it is asked for.
 */
int rollup_recount_later(struct store *, int64_t report, struct fault *);

/* Count what was put off, before the commit. */
int rollup_recount_pending(struct store *, struct fault *);

/*
 * The same for the number of its reports and their warnings, which stand in
 * the reports themselves; also for a day that was pruned.
 */
int rollup_recount_warnings(struct store *, int64_t report, struct fault *);

/*
 * Whether the day of a report was pruned, so that its figures cannot be
 * counted again: 1, 0 or -1.
 */
int store_is_pruned(struct store *, int64_t report, struct fault *);

#endif
