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

enum {
	MOST_COLUMNS = 32
};

int
shared_view_begin(struct pg *p, struct fault *f)
{
	PGresult *results[2];

	if (pg_send(p, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL,
		0, f) == -1 ||
	    pg_send(p, "SET LOCAL datestyle = 'ISO'", NULL, 0, f) == -1 ||
	    pg_answers(p, results, 2, f) == -1)
		return -1;
	pg_clear(results, 2);
	return 0;
}

int
shared_newest_day(struct pg *p, char day[static 16], struct fault *f)
{
	PGresult *result = pg_ask(p,
	    "SELECT coalesce(max(r.date)::text, '') FROM tlsrua.reports AS r",
	    NULL, 0, f);

	if (result == NULL)
		return -1;
	snprintf(day, 16, "%s", pg_column_bytes(result, 0, 0));
	PQclear(result);
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

static void
fill_cell(struct cell *cell, const struct column *c, const PGresult *r, int row,
    int i)
{
	int64_t bits;

	*cell = (struct cell){ .null = PQgetisnull(r, row, i) == 1 };
	switch (c->kind) {
	case COLUMN_NUMBER:
		cell->number = cell->null ? 0 : pg_column_int(r, row, i);
		return;
	case COLUMN_RATE:
		bits = cell->null ? 0 : pg_column_int(r, row, i);
		memcpy(&cell->rate, &bits, sizeof bits);
		return;
	default:
		cell->text = pg_column_bytes(r, row, i);
		cell->len = (size_t)PQgetlength(r, row, i);
	}
}

/* A table on its way to a sink. */
struct reading {
	const struct table *table;
	const struct row_sink *sink;
};

static int
give_rows(void *arg, const PGresult *r, struct fault *f)
{
	const struct reading *reading = arg;
	const struct table *t = reading->table;
	struct cell cells[MOST_COLUMNS];
	int row, n = PQntuples(r);
	size_t i;

	for (row = 0; row < n; row++) {
		for (i = 0; i < t->n_columns; i++)
			fill_cell(&cells[i], &t->columns[i], r, row, (int)i);
		if (reading->sink->row(
			reading->sink->arg, cells, t->n_columns, f) == -1)
			return -1;
	}
	return 0;
}

int
shared_table_read(struct pg *p, const struct table *t,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	struct reading reading = { t, sink };
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
	rc = shared_cursor_read(
	    p, selection(&a, t), v, 4, give_rows, &reading, f);
	buf_free(&domains.bytes);
	buf_free(&organizations.bytes);
	arena_free(&a);
	return rc;
}
