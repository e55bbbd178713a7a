#ifndef TABLES_TABLE_LIST_H
#define TABLES_TABLE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "model/row.h"

struct store;
struct store_filter;

enum {
	TABLE_COLUMNS_MAX = 24
};

struct table;

/*
 * Gives the rows of a table to the sink: 0, -1, or 1, having given nothing,
 * when they are to be had by the view alone.
 */
typedef int table_read_fn(struct store *, const struct table *,
    const struct store_filter *, const struct row_sink *, struct fault *);

/* A table that can be exported: a view, in its stable order. */
struct table {
	const char *name, *view, *order;
	const char *domain_in, *domain_end; /* around a list of domains */
	/*
	 * Where rows stand for many days: the conditions on a row of `days`
	 * for a range from and to a parameter ("?N"), and the table is read
	 * with these days and the chosen organizations in place of all.  NULL:
	 * rows are of one day and have a date and an organization.
	 */
	const char *from, *to;
	/* the column of `days` that gives a row its date; NULL: none does */
	const char *period;
	const char *week; /* the week of that date, an expression on `days` */
	table_read_fn *read; /* a quicker way than the view; NULL: none */
	const struct column *columns;
	size_t n_columns;
};

/* NULL when there is none of that name. */
const struct table *table_find(const char *name);

/* The SELECT that its view is made of, to its end; `*len` gets its length. */
const char *table_body(const struct table *, size_t *len);

#endif
