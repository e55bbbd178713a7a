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
#include "postgresql/shared_table.h"
#include "tables/table_list.h"
#include "tables/tables.h"

#define ROWS "2000" /* that are fetched at once */

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
	PGresult *result;

	if (pg_send(p,
		"SELECT coalesce(max(r.date)::text, '') FROM tlsrua.reports"
		" AS r",
		NULL, 0, f) == -1 ||
	    pg_answers(p, &result, 1, f) == -1)
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
 * The table as a cursor.  The shared store has a function of its name for a
 * range, domains and organizations.
 */
static const char *
cursor(struct arena *a, const struct table *t)
{
	const char *columns = expression(a, &t->columns[0]);
	size_t i;

	for (i = 1; i < t->n_columns; i++)
		columns = arena_printf(
		    a, "%s, %s", columns, expression(a, &t->columns[i]));
	return arena_printf(a,
	    "DECLARE rows NO SCROLL CURSOR FOR SELECT %s FROM"
	    " tlsrua.%s($1::date, $2::date, $3, $4) AS t ORDER BY %s",
	    columns, t->name, quoted_names(a, t->order));
}

static struct pg_value
day_or_null(const char *day)
{
	if (day == NULL)
		return (struct pg_value){ PG_TEXT, { NULL, 0 } };
	return pg_text(day);
}

/* An array of texts; NULL, which stands for all, when there are none. */
static struct pg_value
texts_or_null(struct binary_array *array, const char *const *texts, size_t n)
{
	size_t i;

	array_begin(array, PG_TEXT);
	for (i = 0; i < n; i++)
		array_add_text(array, texts[i]);
	if (n == 0)
		return (struct pg_value){ array_type(PG_TEXT), { NULL, 0 } };
	return pg_array(array);
}

static int
declare(struct pg *p, const struct table *t, const struct store_filter *filter,
    struct fault *f)
{
	struct binary_array domains = { 0 }, organizations = { 0 };
	struct pg_value v[4];
	struct arena a = { 0 };
	PGresult *result;
	int rc;

	v[0] = day_or_null(filter->from);
	v[1] = day_or_null(filter->to);
	v[2] = texts_or_null(&domains, filter->domains, filter->n_domains);
	v[3] = texts_or_null(
	    &organizations, filter->organizations, filter->n_organizations);
	rc = pg_send(p, cursor(&a, t), v, 4, f);
	if (rc == 0 && (rc = pg_answers(p, &result, 1, f)) == 0)
		PQclear(result);
	buf_free(&domains.bytes);
	buf_free(&organizations.bytes);
	arena_free(&a);
	return rc;
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

static int
give_rows(const PGresult *r, const struct table *t, const struct row_sink *sink,
    struct fault *f)
{
	struct cell cells[MOST_COLUMNS];
	int row, n = PQntuples(r);
	size_t i;

	for (row = 0; row < n; row++) {
		for (i = 0; i < t->n_columns; i++)
			fill_cell(&cells[i], &t->columns[i], r, row, (int)i);
		if (sink->row(sink->arg, cells, t->n_columns, f) == -1)
			return -1;
	}
	return n;
}

/* Run a statement on the cursor; its answer, or NULL with the fault. */
static PGresult *
ask(struct pg *p, const char *sql, struct fault *f)
{
	PGresult *result = NULL;

	if (pg_send(p, sql, NULL, 0, f) == -1 ||
	    pg_answers(p, &result, 1, f) == -1)
		return NULL;
	return result;
}

int
shared_table_read(struct pg *p, const struct table *t,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	PGresult *result;
	int n;

	if (row_sink_head(sink, t->columns, t->n_columns, f) == -1 ||
	    declare(p, t, filter, f) == -1)
		return -1;
	do {
		if ((result = ask(p, "FETCH " ROWS " FROM rows", f)) == NULL)
			return -1;
		n = give_rows(result, t, sink, f);
		PQclear(result);
	} while (n > 0);
	if (n == -1 || (result = ask(p, "CLOSE rows", f)) == NULL)
		return -1;
	PQclear(result);
	return 0;
}
