#ifndef POSTGRESQL_MERGE_ROWS_H
#define POSTGRESQL_MERGE_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "postgresql/binary_array.h"

struct fault;
struct pg;
struct shared_journal;
struct shipped_report;

/* A report of a batch, and what the shared store knows of it. */
struct merge_row {
	const struct shipped_report *report;
	int64_t id;  /* its number there once it was added; 0: it was not */
	int is_news; /* it was there already, but this copy tells more */
};

/* The rows of a batch, in the order of day, identity and content. */
struct merge_rows {
	struct merge_row *row;
	size_t n;
};

/*
 * The row with that key, in the server's form: days count from 2000, identity
 * and content are bytes.  NULL when there is none.
 */
struct merge_row *merge_rows_find(const struct merge_rows *, int64_t day,
    const char *identity, const char *content);

enum {
	REPORT_ARRAYS = 23
};

/* Reports as parameters of a statement: an array for each column. */
struct report_arrays {
	struct binary_array column[REPORT_ARRAYS];
};

/* Fill the arrays with all rows, or with those whose `is_news` is set. */
void report_arrays_fill(
    struct report_arrays *, const struct merge_rows *, int news_only);
void report_arrays_free(struct report_arrays *);

/*
 * The statements of a merge, in the order in which they are sent.  Each is only
 * sent; its answer is waited for with pg_answers().
 */

/* Add the reports of which there is no copy.  A row for each that was added:
 * day, number, identity, content. */
int send_add(struct pg *, const struct shared_journal *, struct report_arrays *,
    struct fault *);

/* Of the others find those that tell more than is known.  A row for each: day,
 * identity, content. */
int send_find_news(struct pg *, struct report_arrays *, struct fault *);

/* Improve what is known of those copies, where the same content is there. */
int send_improve(struct pg *, struct report_arrays *, struct fault *);

/* Add those with other content as conflicts; answers as send_add() does. */
int send_add_conflicts(struct pg *, const struct shared_journal *,
    struct report_arrays *, struct fault *);

/* Of all copies of each of these reports choose the one that counts. */
int send_choose(struct pg *, struct report_arrays *, struct fault *);

#endif
