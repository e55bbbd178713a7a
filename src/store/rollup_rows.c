#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/saturating.h"
#include "store/rollup_rows.h"
#include "store/sql.h"
#include "store/store_private.h"

enum {
	ROWS_TOGETHER = 16
}; /* in one statement */

/* Add to a sum, which stays at 2^63-1 when it gets there. */
#define GROW(sum) sum " = min(" sum " + excluded." sum ", 9223372036854775807)"

/* ROWS_TOGETHER rows. */
#define FOUR(row) row ", " row ", " row ", " row
#define MANY(row) FOUR(FOUR(row))

/* clang-format off */
#define DAY_SERIES "(?, ?, ?, ?, ?, ?, ?)"
#define ADD_DAY_SERIES(rows) \
	"INSERT INTO rollup_daily (day, series, reports," \
	" successful_sessions, failed_sessions, counted_sessions," \
	" counted_failed) VALUES " rows " ON CONFLICT DO UPDATE SET" \
	" reports = reports + excluded.reports, " \
	GROW("successful_sessions") ", " GROW("failed_sessions") ", " \
	GROW("counted_sessions") ", " GROW("counted_failed")

#define DAY_SENDER "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define ADD_DAY_SENDER(rows) \
	"INSERT INTO rollup_senders (sender, day, reports," \
	" counted_sessions, counted_failed, failed_sessions," \
	" verified_reports, verified_sessions, verified_failed)" \
	" VALUES " rows " ON CONFLICT DO UPDATE SET" \
	" reports = reports + excluded.reports, " \
	GROW("counted_sessions") ", " GROW("counted_failed") ", " \
	GROW("failed_sessions") ", " \
	" verified_reports = verified_reports + excluded.verified_reports, " \
	GROW("verified_sessions") ", " GROW("verified_failed")
/* clang-format on */

static const struct sql add_to_days = {
	"INSERT INTO days (day, date, week, monday, month, reports,"
	" generation) SELECT ?1, date,"
	" strftime('%Y-W', date, '-3 days', 'weekday 4') || substr('0' ||"
	" ((strftime('%j', date, '-3 days', 'weekday 4') - 1) / 7 + 1),"
	" -2), date(date, 'weekday 0', '-6 days'),"
	" date(date, 'start of month'), ?2,"
	" (SELECT generation FROM totals WHERE id = 1)"
	" FROM (SELECT date(?1 * 86400, 'unixepoch') AS date) WHERE 1"
	" ON CONFLICT (day) DO UPDATE SET"
	" reports = reports + excluded.reports,"
	" generation = excluded.generation"
};

static const struct sql add_to_warnings = {
	"INSERT INTO rollup_warnings (day, code, reports)"
	" VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET"
	" reports = reports + excluded.reports"
};

static const struct sql add_to_daily = { ADD_DAY_SERIES(DAY_SERIES) };

static const struct sql add_many_to_daily = { ADD_DAY_SERIES(
    MANY(DAY_SERIES)) };

static const struct sql add_to_senders = { ADD_DAY_SENDER(DAY_SENDER) };

static const struct sql add_many_to_senders = { ADD_DAY_SENDER(
    MANY(DAY_SENDER)) };

static const struct sql add_to_failures = {
	"INSERT INTO rollup_failures (problem, day, series, receiving_ip,"
	" findings, failed_sessions, verified_findings)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
	" ON CONFLICT DO UPDATE SET"
	" findings = findings + excluded.findings, "
	" verified_findings = verified_findings + excluded.verified_findings,"
	" " GROW("failed_sessions")
};

/* How a rollup table is written: the columns of its key, and its sums. */
static const struct form {
	/* insert one row, or ROWS_TOGETHER (NULL: one by one) */
	const struct sql *add, *add_many;
	unsigned keys; /* numbers, then a text when it has one */
	bool text;
	unsigned sums;
} forms[ROLLUP_COUNT] = {
	[ROLLUP_DAYS] = { &add_to_days, NULL, 1, false, 1 },
	[ROLLUP_WARNINGS] = { &add_to_warnings, NULL, 1, true, 1 },
	[ROLLUP_DAILY] = { &add_to_daily, &add_many_to_daily, 2, false, 5 },
	[ROLLUP_SENDERS] = { &add_to_senders, &add_many_to_senders, 2, false,
	    7 },
	[ROLLUP_FAILURES] = { &add_to_failures, NULL, 3, true, 3 },
};

struct addition *
addition_gather(struct additions *g)
{
	g->item = xgrow(g->item, g->n, &g->room, sizeof *g->item);
	g->item[g->n] = (struct addition){ .text = "" };
	return &g->item[g->n++];
}

struct addition *
addition_gather_once(struct additions *g, int64_t a, int64_t b)
{
	struct addition *x;
	size_t i;

	for (i = g->n; i > g->report; i--)
		if (g->item[i - 1].key[0] == a && g->item[i - 1].key[1] == b)
			return &g->item[i - 1];
	x = addition_gather(g);
	x->key[0] = a;
	x->key[1] = b;
	x->sum[0] = 1;
	return x;
}

static int
compare(const void *a, const void *b)
{
	const struct addition *x = a, *y = b;
	size_t i;

	for (i = 0; i < ROLLUP_KEYS; i++)
		if (x->key[i] != y->key[i])
			return x->key[i] < y->key[i] ? -1 : 1;
	return strcmp(x->text, y->text);
}

/* Sort them, and make one of those for the same row. */
static void
merge(struct additions *g)
{
	struct addition *last = NULL;
	size_t i, j;

	if (g->n > 0)
		qsort(g->item, g->n, sizeof *g->item, compare);
	for (i = 0; i < g->n; i++) {
		if (last == NULL || compare(last, &g->item[i]) != 0) {
			last = last == NULL ? g->item : last + 1;
			*last = g->item[i];
			continue;
		}
		for (j = 0; j < ROLLUP_SUMS; j++)
			last->sum[j] =
			    saturating_add(last->sum[j], g->item[i].sum[j]);
	}
	g->n = last == NULL ? 0 : (size_t)(last - g->item) + 1;
}

static int
write_rows(struct store *st, const struct form *form, const struct addition *x,
    size_t rows, struct fault *f)
{
	struct value v[ROWS_TOGETHER * (ROLLUP_KEYS + 1 + ROLLUP_SUMS)];
	const struct addition *end = x + rows;
	size_t n = 0, i;

	for (; x < end; x++) {
		for (i = 0; i < form->keys; i++)
			v[n++] = value_number(x->key[i]);
		if (form->text)
			v[n++] = value_text(x->text);
		for (i = 0; i < form->sums; i++)
			v[n++] = value_number(x->sum[i]);
	}
	return sql_run(st, rows == 1 ? form->add : form->add_many, v, n, f);
}

int
additions_write(struct store *st, enum rollup_table table, struct additions *g,
    struct fault *f)
{
	const struct form *form = &forms[table];
	size_t i, rows;

	merge(g);
	/* as many at once as there are statements for, which spares most */
	for (i = 0; i < g->n; i += rows) {
		rows = form->add_many != NULL && g->n - i >= ROWS_TOGETHER
			   ? ROWS_TOGETHER
			   : 1;
		if (write_rows(st, form, &g->item[i], rows, f) == -1)
			return -1;
	}
	return 0;
}
