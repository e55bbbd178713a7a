#ifndef TABLES_PERIODS_H
#define TABLES_PERIODS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct store;
struct store_filter;

/*
 * A day, week or month of a table whose rows are in order of their date.  A
 * file of such a table need only be written anew from the periods that changed.
 */
struct store_period {
	char first[16];	    /* its first day, "2026-11-23" */
	int64_t generation; /* of the store when it changed last */
};

/* Whether a table has periods: one whose rows stand for longer has none. */
bool store_has_periods(const char *table);

/* The periods of a table that has them, oldest first, in the arena. */
int store_periods(struct store *, const char *table,
    const struct store_filter *, struct arena *, struct store_period **,
    size_t *n, struct fault *);

#endif
