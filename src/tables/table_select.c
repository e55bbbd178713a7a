#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "store/sql.h"
#include "tables/own_reports.h"
#include "tables/table_list.h"
#include "tables/table_select.h"
#include "tables/tables.h"

#define GATHERED_LIVES "SELECT * FROM temp.gathered_lives"
#define OWN_LIVES "SELECT * FROM temp.own_lives"

size_t
table_n_domains(const struct store_filter *filter)
{
	enum {
		LEAST = 8
	};
	size_t n = LEAST;

	if (!filter->alone)
		return filter->n_domains;
	while (n < filter->n_domains)
		n *= 2;
	return n;
}

struct value
table_domain(const struct store_filter *filter, size_t i)
{
	size_t last = filter->n_domains - 1;

	return value_text(filter->domains[i < last ? i : last]);
}

const char *
table_any_of(struct arena *a, const char *before, size_t n, const char *after,
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
	    table_any_of(a, filter->alone ? "domain IN (" : t->domain_in,
		table_n_domains(filter), filter->alone ? ")" : t->domain_end,
		&next);
	c->organizations = table_any_of(
	    a, "organization IN (", filter->n_organizations, ")", &next);
}

static const char *
with_replaced(
    struct arena *a, const char *body, const char *old, const char *new)
{
	const char *at = strstr(body, old);

	if (at == NULL)
		return body;
	return arena_printf(
	    a, "%.*s%s%s", (int)(at - body), body, new, at + strlen(old));
}

/*
 * The view's own SELECT with its tables joined in the order that finds few
 * domains soon; what the planner does not do, since CROSS JOIN forbids it.
 * They are found in the order of an index, in which they need no sorting to be
 * grouped.
 */
static const char *
joined_by_domain(
    struct arena *a, const struct table *t, const char *body, size_t len)
{
	body = arena_strndup(a, body, len);
	if (t->join != NULL)
		body = arena_printf(a, "%s%s",
		    with_replaced(a, body, t->join, t->join_by_domain),
		    t->join_more != NULL ? t->join_more : "");
	if (t->group != NULL)
		body = with_replaced(a, body, t->group, t->group_by_domain);
	return body;
}

/* What stands for the view sender_lives. */
static const char *
lives_body(bool are_gathered, const char *gathered, size_t *len)
{
	if (!are_gathered)
		return view_body("sender_lives", len);
	*len = strlen(gathered);
	return gathered;
}

/*
 * The view's own SELECT as if the store held no other domains: what stands
 * before it hides them from the view.
 */
static const char *
chosen_alone(struct arena *a, const struct table *t, const struct conditions *c,
    bool lives_gathered)
{
	size_t len, lives_len;
	const char *body = view_body(t->view, &len);
	const char *lives = lives_body(lives_gathered, OWN_LIVES, &lives_len);

	if (strcmp(t->name, "reports") == 0)
		return own_reports_sql(a, c->from, c->to, c->domains);
	return arena_printf(a,
	    "(WITH days AS NOT MATERIALIZED (SELECT * FROM main.days"
	    " WHERE 1%s%s), rollup_daily AS NOT MATERIALIZED (SELECT * FROM"
	    " main.rollup_daily WHERE day <= (SELECT max(day) FROM days)),"
	    " own AS NOT MATERIALIZED (SELECT domain, report FROM"
	    " temp.own_entries WHERE date IN (SELECT date FROM days)%s),"
	    " series AS NOT MATERIALIZED (SELECT * FROM main.series WHERE 1%s),"
	    " senders AS NOT MATERIALIZED (SELECT * FROM main.senders"
	    " WHERE 1%s), problems AS NOT MATERIALIZED (SELECT * FROM"
	    " main.problems WHERE 1%s), sender_lives AS (%.*s), part AS (%s)"
	    " SELECT * FROM part)",
	    c->from, c->to, c->domains, c->domains, c->domains, c->domains,
	    (int)lives_len, lives, joined_by_domain(a, t, body, len));
}

/*
 * The chosen days, domains and organizations in place of the tables that hold
 * them all, for the SELECT of a view that follows.
 */
static const char *
chosen_parts(struct arena *a, const struct conditions *c)
{
	return arena_printf(a,
	    "WITH days AS NOT MATERIALIZED (SELECT * FROM main.days"
	    " WHERE 1%s%s), series AS NOT MATERIALIZED (SELECT * FROM"
	    " main.series WHERE 1%s%s), senders AS NOT MATERIALIZED (SELECT *"
	    " FROM main.senders WHERE 1%s%s), problems AS NOT MATERIALIZED"
	    " (SELECT * FROM main.problems WHERE 1%s)",
	    c->from, c->to, c->domains, c->organizations, c->domains,
	    c->organizations, c->domains);
}

/* The view's own SELECT on these, and on the one view it may be made from. */
static const char *
chosen(struct arena *a, const struct table *t, const struct conditions *c,
    bool lives_gathered)
{
	size_t len, lives_len;
	const char *body = view_body(t->view, &len);
	const char *lives =
	    lives_body(lives_gathered, GATHERED_LIVES, &lives_len);

	return arena_printf(a,
	    "(%s, sender_lives AS (%.*s), part AS (%.*s) SELECT * FROM part)",
	    chosen_parts(a, c), (int)lives_len, lives, (int)len, body);
}

const char *
table_lives_sql(struct arena *a, const struct store_filter *filter)
{
	static const struct table lives = { .domain_in = "domain IN (",
		.domain_end = ")",
		.from = "date >= ?N",
		.to = "date <= ?N",
		.group = "GROUP BY n.id",
		.group_by_domain =
		    "GROUP BY n.domain, n.organization, n.reporter_domain" };
	struct conditions c;
	size_t len;
	const char *body = view_body("sender_lives", &len);

	write_conditions(a, &lives, filter, &c);
	body = filter->alone ? joined_by_domain(a, &lives, body, len)
			     : arena_strndup(a, body, len);
	return arena_printf(a, "%s, part AS (%s) SELECT * FROM part",
	    chosen_parts(a, &c), body);
}

const char *
table_sql_by(struct arena *a, const struct table *t,
    const struct store_filter *filter, const char *order)
{
	struct conditions c;

	write_conditions(a, t, filter, &c);
	if (filter->alone)
		return arena_printf(a, "SELECT %s FROM %s ORDER BY %s",
		    column_names(a, t),
		    chosen_alone(a, t, &c, filter->lives_gathered), order);
	if (t->from == NULL)
		return arena_printf(a,
		    "SELECT %s FROM %s WHERE 1%s%s%s%s ORDER BY %s",
		    column_names(a, t), t->view, c.from, c.to, c.domains,
		    c.organizations, order);
	if (c.from[0] == '\0' && c.to[0] == '\0' && c.domains[0] == '\0' &&
	    c.organizations[0] == '\0' && !filter->lives_gathered)
		return arena_printf(a, "SELECT %s FROM %s ORDER BY %s",
		    column_names(a, t), t->view, order);
	return arena_printf(a, "SELECT %s FROM %s ORDER BY %s",
	    column_names(a, t), chosen(a, t, &c, filter->lives_gathered),
	    order);
}

const char *
table_sql(
    struct arena *a, const struct table *t, const struct store_filter *filter)
{
	return table_sql_by(a, t, filter, t->order);
}

const char *
table_days_sql(struct arena *a, const struct table *t,
    const struct store_filter *filter, const char *what)
{
	struct store_filter days = { .from = filter->from, .to = filter->to };
	struct conditions c;

	write_conditions(a, t, &days, &c);
	return arena_printf(
	    a, "SELECT %s FROM days WHERE 1%s%s", what, c.from, c.to);
}

const struct value *
filter_values(struct arena *a, const struct store_filter *filter, size_t *n)
{
	size_t n_domains = table_n_domains(filter), i;
	size_t most = 2 + n_domains + filter->n_organizations;
	struct value *v = arena_alloc(a, most * sizeof *v), *end = v;

	if (filter->from != NULL)
		*end++ = value_text(filter->from);
	if (filter->to != NULL)
		*end++ = value_text(filter->to);
	for (i = 0; i < n_domains; i++)
		*end++ = table_domain(filter, i);
	for (i = 0; i < filter->n_organizations; i++)
		*end++ = value_text(filter->organizations[i]);
	*n = (size_t)(end - v);
	return v;
}
