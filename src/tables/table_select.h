#ifndef TABLES_TABLE_SELECT_H
#define TABLES_TABLE_SELECT_H

#include <stddef.h>

struct arena;
struct store_filter;
struct table;

/*
 * The SELECT of a table.  Its parameters, "?1" and on, are the filter's from,
 * to, domains and organizations, in that order, each as far as it is set.
 */
const char *table_sql(
    struct arena *, const struct table *, const struct store_filter *);

/* The same in another order than the table's own. */
const char *table_sql_by(struct arena *, const struct table *,
    const struct store_filter *, const char *order);

/* The same of `days`: `what` of those that the filter's from and to choose. */
const char *table_days_sql(struct arena *, const struct table *,
    const struct store_filter *, const char *what);

/*
 * The SELECT of the view sender_lives, with the same parameters.  Where the
 * filter says that its rows are gathered (in temp.gathered_lives, or, alone, in
 * temp.own_lives), the other functions here have these read in place of the
 * view.
 */
const char *table_lives_sql(struct arena *, const struct store_filter *);

/*
 * The condition `before ?N, ?N+1, ... after` on n parameters, with " AND "
 * before it; "" for none.  `*next` is N, and counts on.
 */
const char *table_any_of(struct arena *, const char *before, size_t n,
    const char *after, size_t *next);

/*
 * How many parameters stand for the filter's domains, and the value of each: of
 * a reader alone 8, 16, 32 and so on, the last domain filling what is left, so
 * that readers with other numbers of domains share their statements.
 */
size_t table_n_domains(const struct store_filter *);
struct value table_domain(const struct store_filter *, size_t i);

/* The values of the filter, for the parameters of table_sql(). */
const struct value *filter_values(
    struct arena *, const struct store_filter *, size_t *n);

#endif
