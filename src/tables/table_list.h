#ifndef TABLES_TABLE_LIST_H
#define TABLES_TABLE_LIST_H

#include <stddef.h>

#include "model/row.h"

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
	const struct column *columns;
	size_t n_columns;
};

/* The tables in the order in which they are listed; NULL past the last. */
const struct table *table_at(size_t i);

/* NULL when there is none of that name. */
const struct table *table_find(const char *name);

/* The SELECT that a view is made of; `*len` gets its length. */
const char *view_body(const char *view, size_t *len);

#endif
