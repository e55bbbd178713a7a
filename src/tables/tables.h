#ifndef TABLES_TABLES_H
#define TABLES_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/row.h"

struct arena;
struct fault;
struct store;

/* Which rows of a table are wanted. */
struct store_filter {
	const char *from, *to; /* UTC days, both included; NULL: no bound */
	const char *const *domains;	  /* any of these recipient domains */
	size_t n_domains;		  /* 0: all */
	const char *const *organizations; /* any of these reporters */
	size_t n_organizations;		  /* 0: all */
};

/* The names of the tables that can be exported; NULL past the last. */
const char *store_table_name(size_t i);

/* Give the rows of such a table, in their stable order, to `sink`. */
int store_read_table(struct store *, const char *table,
    const struct store_filter *, const struct row_sink *, struct fault *);

/*
 * A day, week or month of a table whose rows are in order of their date.  A
 * file of such a table need only be written anew from the periods that changed.
 */
struct store_period {
	char first[16], week[16];    /* its first day, and the week of that */
	int64_t generation;	     /* of the store when it changed last */
	int64_t first_day, last_day; /* stored of it, days since 1970-01-01 */
};

/* Whether a table has periods: one whose rows stand for longer has none. */
bool store_has_periods(const char *table);

/* The periods of a table that has them, oldest first, in the arena. */
int store_periods(struct store *, const char *table,
    const struct store_filter *, struct arena *, struct store_period **,
    size_t *n, struct fault *);

#endif
