#ifndef TABLES_TABLE_LIST_H
#define TABLES_TABLE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "tables/tables.h"

struct table;
struct value;

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

/*
 * The SELECT of a table with its parameters, "?1" and on: the filter's from,
 * to, domains, organizations, in that order, each as far as it is set.
 */
const char *read_sql(
    struct arena *, const char *table, const struct store_filter *);

/* The same in another order. */
const char *read_sql_by(struct arena *, const struct table *,
    const struct store_filter *, const char *order);

/* Give the rows of that SELECT to the sink. */
int read_view(struct store *, const struct table *, const struct store_filter *,
    const struct row_sink *, struct fault *);

/* The parameters of such a text, as far as the filter has them. */
const struct value *filter_values(
    struct arena *, const struct store_filter *, size_t *n);

/*
 * Give to the sink what is asked of `days`, as far as a table and the from and
 * to of a filter choose them; `end` is the end of the SELECT.
 */
int read_calendar(struct store *, const struct table *, const char *what,
    const char *end, const struct store_filter *, const struct column *,
    size_t n_columns, const struct row_sink *, struct fault *);

/* And `what`, "column FROM table", by the filter's domains and organizations.
 */
int read_names(struct store *, const char *what, const struct store_filter *,
    const char *order, const struct column *, size_t n_columns,
    const struct row_sink *, struct fault *);

#endif
