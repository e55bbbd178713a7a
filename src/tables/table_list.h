#ifndef TABLES_TABLE_LIST_H
#define TABLES_TABLE_LIST_H

#include <stddef.h>

#include "model/row.h"

/* A table that can be exported: a view, in its stable order. */
struct table {
	const char *name, *view;
	const char *order; /* the columns of ORDER BY */
	/* the condition on the domain: this, a list of parameters, and that */
	const char *domain_in, *domain_end;
	/*
	 * A row is either of one day (NULL), and then the range is a condition
	 * on its date; or it stands for many days, and then these are the
	 * conditions on a row of `days`, with "?N" for the parameter.
	 */
	const char *from, *to;
	/*
	 * The tables that the view joins, and the same in the order in which a
	 * few domains are found soon; NULL: it is by domain already.
	 */
	const char *join, *join_by_domain;
	const char *join_more; /* a condition with the latter; or NULL */
	/* the first GROUP BY, and the same by a key in that order; or NULL */
	const char *group, *group_by_domain;
	/* the column of `days` that is the row's date; NULL: it has no date */
	const char *period;
	const struct column *columns;
	size_t n_columns;
};

/* The tables in the order in which they are listed; NULL past the last. */
const struct table *table_at(size_t i);

/* The table of that name; NULL when there is none. */
const struct table *table_find(const char *name);

/* The SELECT that a view is made of; `*len` gets its length. */
const char *view_body(const char *view, size_t *len);

#endif
