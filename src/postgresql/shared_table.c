#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "model/row.h"
#include "postgresql/binary_array.h"
#include "postgresql/connection.h"
#include "postgresql/shared_cursor.h"
#include "postgresql/shared_filter.h"
#include "postgresql/shared_table.h"
#include "tables/table_list.h"
#include "tables/tables.h"

/*
 * Dates in the form that we have them in.  No JIT: a table of months of
 * partitions would be compiled for longer than it is read.  A day of a hundred
 * thousand reports is sorted in memory.
 */
static const char settings[] = "SELECT set_config('datestyle', 'ISO', true),"
			       " set_config('jit', 'off', true),"
			       " set_config('work_mem', '64MB', true)";

int
shared_view_begin(struct pg *p, struct fault *f)
{
	PGresult *results[2];

	if (pg_send(p, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL,
		0, f) == -1 ||
	    pg_send(p, settings, NULL, 0, f) == -1 ||
	    pg_answers(p, results, 2, f) == -1)
		return -1;
	pg_clear(results, 2);
	return 0;
}

/* A column in the form that its cell has here, under its own name. */
static const char *
expression(struct arena *a, const struct column *c)
{
	switch (c->kind) {
	case COLUMN_NUMBER:
		return arena_printf(a, "t.\"%s\"::int8", c->name);
	case COLUMN_RATE:
		return arena_printf(a, "t.\"%s\"::float8", c->name);
	case COLUMN_TIME:
		return arena_printf(a,
		    "to_char(t.\"%s\" AT TIME ZONE 'UTC',"
		    " 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
		    c->name);
	default:
		return arena_printf(a, "t.\"%s\"::text", c->name);
	}
}

/* "date, end" as `t."date", t."end"`. */
static const char *
quoted_names(struct arena *a, const char *names)
{
	const char *list = "";
	size_t n;

	for (;; names += n + strspn(names + n, ", ")) {
		n = strcspn(names, ", ");
		if (n == 0)
			return list;
		list = arena_printf(a, "%s%st.\"%.*s\"", list,
		    list[0] != '\0' ? ", " : "", (int)n, names);
	}
}

/*
 * The table.  The shared store has a function of its name for a range, domains
 * and organizations.
 */
static const char *
selection(struct arena *a, const struct table *t)
{
	const char *columns = expression(a, &t->columns[0]);
	size_t i;

	for (i = 1; i < t->n_columns; i++)
		columns = arena_printf(
		    a, "%s, %s", columns, expression(a, &t->columns[i]));
	return arena_printf(a,
	    "SELECT %s FROM tlsrua.%s($1::date, $2::date, $3, $4) AS t"
	    " ORDER BY %s",
	    columns, t->name, quoted_names(a, t->order));
}

int
shared_table_read(struct pg *p, const struct table *t,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	struct binary_array domains = { 0 }, organizations = { 0 };
	struct pg_value v[4];
	struct arena a = { 0 };
	int rc;

	if (row_sink_head(sink, t->columns, t->n_columns, f) == -1)
		return -1;
	v[0] = shared_day(filter->from);
	v[1] = shared_day(filter->to);
	v[2] = shared_texts(&domains, filter->domains, filter->n_domains);
	v[3] = shared_texts(
	    &organizations, filter->organizations, filter->n_organizations);
	rc = shared_cursor_read(p, selection(&a, t), v, 4, sink, f);
	buf_free(&domains.bytes);
	buf_free(&organizations.bytes);
	arena_free(&a);
	return rc;
}
