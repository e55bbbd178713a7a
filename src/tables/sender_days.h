#ifndef TABLES_SENDER_DAYS_H
#define TABLES_SENDER_DAYS_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct fault;
struct store;
struct store_filter;
struct table;

/* The first and last of the days chosen, counted from 1970-01-01. */
struct day_range {
	int64_t first, last; /* last before first: there are none */
};

/* Those of a table that looks at more than one day. */
int day_range_read(struct store *, const struct table *,
    const struct store_filter *, struct day_range *, struct fault *);

/* A sender is silent: a regular one, after so long and twice its gap. */
enum {
	REGULAR_DAYS = 5,
	PATIENCE_DAYS = 3
};

#define NEVER INT64_MIN

/* What the days of a sender come to. */
struct sender_days {
	int64_t n, first, last;
	int64_t gap; /* the longest, days without a report between two with */
	int64_t bad; /* the last on which any failed; NEVER: none */
	int64_t reports, counted, counted_failed;
};

/*
 * Read them, once and in order.  `reported` (NULL: not wanted) has a place for
 * each day of the range and gets true for those with a report.
 */
int sender_days_read(struct store *, int64_t sender, const struct day_range *,
    struct sender_days *, bool *reported, struct fault *);

/* Whether one that used to report is missing for longer than it ever was. */
bool sender_days_silent(const struct sender_days *, const struct day_range *);

#endif
