#ifndef POSTGRESQL_MERGE_ROWS_H
#define POSTGRESQL_MERGE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "postgresql/binary_array.h"

struct fault;
struct pg;
struct shared_journal;
struct shipped_report;

/* A report of a batch, and its number there once it was added. */
struct merge_row {
	const struct shipped_report *report;
	int64_t id;  /* 0: it was not added */
	int is_news; /* known there, but this says more */
};

/* The rows of a batch, in the order of day, identity and content. */
struct merge_rows {
	struct merge_row *row;
	size_t n;
};

/* The row with that key: day, identity and content as the server tells them. */
struct merge_row *merge_rows_find(const struct merge_rows *, int64_t day,
    const char *identity, const char *content);

enum {
	REPORT_ARRAYS = 23
};

/* Reports as arrays, a column each. */
struct report_arrays {
	struct binary_array column[REPORT_ARRAYS];
};

/* Fill the arrays with all rows, or with those that are news. */
void report_arrays_fill(
    struct report_arrays *, const struct merge_rows *, int news_only);
void report_arrays_free(struct report_arrays *);

/*
 * The statements of a merge over reports.  Add what nobody has; tell what is
 * news; improve what is known; add the others as conflicts; choose the copy
 * that counts.  Those that add answer with day, number, identity and content,
 * the second with day, identity and content.
 */
int send_add(struct pg *, const struct shared_journal *, struct report_arrays *,
    struct fault *);
int send_find_news(struct pg *, struct report_arrays *, struct fault *);
int send_improve(struct pg *, struct report_arrays *, struct fault *);
int send_add_conflicts(struct pg *, const struct shared_journal *,
    struct report_arrays *, struct fault *);
int send_choose(struct pg *, struct report_arrays *, struct fault *);

#endif
