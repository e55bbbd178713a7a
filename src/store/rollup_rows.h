#ifndef STORE_ROLLUP_ROWS_H
#define STORE_ROLLUP_ROWS_H

#include <stddef.h>
#include <stdint.h>

struct fault;
struct store;

/* The rollup tables of schema.sql. */
enum rollup_table {
	ROLLUP_DAYS,	 /* key: day */
	ROLLUP_WARNINGS, /* day, and the code as text */
	ROLLUP_DAILY,	 /* day, series */
	ROLLUP_SENDERS,	 /* sender, day */
	ROLLUP_FAILURES, /* problem, day, series, and the address as text */
	ROLLUP_COUNT
};

enum {
	ROLLUP_KEYS = 3, /* the most numbers that a key has */
	ROLLUP_SUMS = 7	 /* the most sums that a row has */
};

/*
 * What is to be added to one row of a rollup table: the row's key, and what
 * each of its sums grows by, in the order of the columns.  The first sum counts
 * reports, or findings.
 */
struct addition {
	int64_t key[ROLLUP_KEYS];
	const char *text; /* not owned; "" where the key has none */
	int64_t sum[ROLLUP_SUMS];
};

/* What is to be added to one rollup table.  All zero is empty. */
struct additions {
	struct addition *item;
	size_t n, room;
	size_t report; /* where those of the present report begin */
};

/* One more, all zero; it holds until the next is gathered. */
struct addition *addition_gather(struct additions *);

/*
 * The addition of the present report to the row (a, b), which is its own: a
 * report is one report of a series however many entries it has there.
 */
struct addition *addition_gather_once(struct additions *, int64_t a, int64_t b);

/*
 * Write all of them, those of one row together, in the order of the table's
 * key; sums stop at 2^63-1.  They stay gathered, one for each row, for the
 * caller to look at and to empty.
 */
int additions_write(
    struct store *, enum rollup_table, struct additions *, struct fault *);

#endif
