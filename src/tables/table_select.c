#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/fault.h"
#include "store/internal.h"
#include "tables/table_list.h"

/* The condition `before ?N, ?N+1, ... after`, one parameter for each of n. */
static const char *
any_of(struct arena *a, const char *before, size_t n, const char *after,
    size_t *next)
{
	enum {
		LONGEST = sizeof ", ?18446744073709551615"
	};
	char *list, *p;
	size_t i;

	if (n == 0)
		return "";
	p = list = arena_alloc(a, n * LONGEST);
	for (i = 0; i < n; i++)
		p += snprintf(
		    p, LONGEST, "%s?%zu", i > 0 ? ", " : "", (*next)++);
	return arena_printf(a, " AND %s%s%s", before, list, after);
}

/* " AND" and a condition on one parameter. */
static const char *
condition(struct arena *a, const char *own, const char *usual, size_t *next)
{
	const char *form = own != NULL ? own : usual;
	const char *place = strstr(form, "?N");

	return arena_printf(a, " AND %.*s?%zu%s", (int)(place - form), form,
	    (*next)++, place + sizeof "?N" - 1);
}

/* "date, week, domain" */
static const char *
column_names(struct arena *a, const struct table *t)
{
	const char *names = t->columns[0].name;
	size_t i;

	for (i = 1; i < t->n_columns; i++)
		names = arena_printf(a, "%s, %s", names, t->columns[i].name);
	return names;
}

/* The parameters of a filter, as conditions: "" where it has none. */
struct conditions {
	const char *from, *to, *domains, *organizations;
};

static void
write_conditions(struct arena *a, const struct table *t,
    const struct store_filter *filter, struct conditions *c)
{
	size_t next = 1;

	*c = (struct conditions){ "", "", "", "" };
	if (filter->from != NULL)
		c->from = condition(a, t->from, "date >= ?N", &next);
	if (filter->to != NULL)
		c->to = condition(a, t->to, "date <= ?N", &next);
	c->domains =
	    any_of(a, t->domain_in, filter->n_domains, t->domain_end, &next);
	c->organizations =
	    any_of(a, "organization IN (", filter->n_organizations, ")", &next);
}

/*
 * The view's own SELECT, with the chosen days, domains and organizations in
 * place of the tables that hold them all.
 */
static const char *
chosen(struct arena *a, const struct table *t, const struct conditions *c)
{
	size_t len;
	const char *body = table_body(t, &len);

	return arena_printf(a,
	    "(WITH days AS NOT MATERIALIZED (SELECT * FROM main.days"
	    " WHERE 1%s%s), series AS NOT MATERIALIZED (SELECT * FROM"
	    " main.series WHERE 1%s%s), senders AS NOT MATERIALIZED (SELECT *"
	    " FROM main.senders WHERE 1%s%s), problems AS NOT MATERIALIZED"
	    " (SELECT * FROM main.problems WHERE 1%s), part AS (%.*s)"
	    " SELECT * FROM part)",
	    c->from, c->to, c->domains, c->organizations, c->domains,
	    c->organizations, c->domains, (int)len, body);
}

const char *
read_sql_by(struct arena *a, const struct table *t,
    const struct store_filter *filter, const char *order)
{
	struct conditions c;

	write_conditions(a, t, filter, &c);
	if (t->from == NULL)
		return arena_printf(a,
		    "SELECT %s FROM %s WHERE 1%s%s%s%s ORDER BY %s",
		    column_names(a, t), t->view, c.from, c.to, c.domains,
		    c.organizations, order);
	if (c.from[0] == '\0' && c.to[0] == '\0' && c.domains[0] == '\0' &&
	    c.organizations[0] == '\0')
		return arena_printf(a, "SELECT %s FROM %s ORDER BY %s",
		    column_names(a, t), t->view, order);
	return arena_printf(a, "SELECT %s FROM %s ORDER BY %s",
	    column_names(a, t), chosen(a, t, &c), order);
}

const char *
read_sql(struct arena *a, const char *table, const struct store_filter *filter)
{
	const struct table *t = table_find(table);

	return read_sql_by(a, t, filter, t->order);
}

const struct value *
filter_values(struct arena *a, const struct store_filter *filter, size_t *n)
{
	size_t most = 2 + filter->n_domains + filter->n_organizations, i;
	struct value *v = arena_alloc(a, most * sizeof *v), *end = v;

	if (filter->from != NULL)
		*end++ = value_text(filter->from);
	if (filter->to != NULL)
		*end++ = value_text(filter->to);
	for (i = 0; i < filter->n_domains; i++)
		*end++ = value_text(filter->domains[i]);
	for (i = 0; i < filter->n_organizations; i++)
		*end++ = value_text(filter->organizations[i]);
	*n = (size_t)(end - v);
	return v;
}

int
read_view(struct store *st, const struct table *t,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	struct arena a = { 0 };
	size_t n;
	const struct value *v = filter_values(&a, filter, &n);
	int rc = read_rows(st, read_sql(&a, t->name, filter), v, n, t->columns,
	    t->n_columns, sink, f);

	arena_free(&a);
	return rc;
}

int
read_calendar(struct store *st, const struct table *t, const char *what,
    const char *end, const struct store_filter *filter,
    const struct column *columns, size_t n_columns, const struct row_sink *sink,
    struct fault *f)
{
	struct store_filter days = { .from = filter->from, .to = filter->to };
	struct arena a = { 0 };
	struct conditions c;
	size_t n;
	const struct value *v = filter_values(&a, &days, &n);
	int rc;

	write_conditions(&a, t, &days, &c);
	rc = read_rows(st,
	    arena_printf(&a, "SELECT %s FROM days WHERE 1%s%s%s", what, c.from,
		c.to, end),
	    v, n, columns, n_columns, sink, f);
	arena_free(&a);
	return rc;
}

int
read_names(struct store *st, const char *what,
    const struct store_filter *filter, const char *order,
    const struct column *columns, size_t n_columns, const struct row_sink *sink,
    struct fault *f)
{
	struct store_filter names = *filter;
	struct arena a = { 0 };
	struct conditions c;
	const struct value *v;
	size_t n;
	int rc;

	names.from = names.to = NULL;
	v = filter_values(&a, &names, &n);
	write_conditions(&a, table_find("daily"), &names, &c);
	rc = read_rows(st,
	    arena_printf(&a, "SELECT %s WHERE 1%s%s ORDER BY %s", what,
		c.domains, c.organizations, order),
	    v, n, columns, n_columns, sink, f);
	arena_free(&a);
	return rc;
}

int
store_read_table(struct store *st, const char *table,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	const struct table *t = table_find(table);
	int rc = 1;

	if (t == NULL)
		return fault(
		    f, FAULT_HOST, EX_USAGE, "%s: no such table", table);
	if (t->read != NULL)
		rc = t->read(st, t, filter, sink, f);
	return rc == 1 ? read_view(st, t, filter, sink, f) : rc;
}
