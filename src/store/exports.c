#include <stdio.h>
#include <string.h>

#include "store/exports.h"
#include "store/internal.h"
#include "tables/table_list.h"

int
store_generation(struct store *st, int64_t *generation, struct fault *f)
{
	*generation = 0;
	return sql_number(st, SQL_GENERATION, NULL, 0, generation, f) == -1 ? -1
									    : 0;
}

int
store_find_export(struct store *st, const char *dir, const char *table,
    struct arena *a, struct store_export *e, struct fault *f)
{
	struct value v[] = { value_text(dir), value_text(table) };
	sqlite3_stmt *row;
	int rc = sql_ask(st, SQL_FIND_EXPORT, v, 2, &row, f);

	if (rc != 1)
		return rc;
	*e = (struct store_export){
		.dir = dir,
		.table = table,
		.generation = sqlite3_column_int64(row, 0),
		.options = copy_column(a, row, 1),
		.file = copy_column(a, row, 2),
		.parts = copy_column(a, row, 3),
	};
	sqlite3_reset(row);
	return 1;
}

int
store_note_export(
    struct store *st, const struct store_export *e, struct fault *f)
{
	struct value v[] = { value_text(e->dir), value_text(e->table),
		value_number(e->generation), value_text(e->options),
		value_text(e->file), value_text(e->parts) };

	return sql_run(st, SQL_NOTE_EXPORT, v, 6, f);
}

bool
store_has_periods(const char *table)
{
	const struct table *t = table_find(table);

	return t != NULL && t->period != NULL;
}

/* The periods as a list; `arg` is it. */
struct listing {
	struct arena *arena;
	struct store_period *item;
	size_t n, room;
};

static int
on_period(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct listing *l = arg;
	struct store_period *more, *p;

	(void)n;
	(void)f;
	if (l->n == l->room) {
		l->room = l->room > 0 ? 2 * l->room : 512;
		more = arena_alloc(l->arena, l->room * sizeof *more);
		if (l->n > 0)
			memcpy(more, l->item, l->n * sizeof *more);
		l->item = more;
	}
	p = &l->item[l->n++];
	snprintf(p->first, sizeof p->first, "%s", cells[0].text);
	snprintf(p->week, sizeof p->week, "%s", cells[1].text);
	p->generation = cells[2].number;
	p->first_day = cells[3].number;
	p->last_day = cells[4].number;
	return 0;
}

int
store_periods(struct store *st, const char *table,
    const struct store_filter *filter, struct arena *a,
    struct store_period **list, size_t *n, struct fault *f)
{
	static const struct column columns[] = { { "date", COLUMN_DATE },
		{ "week", COLUMN_DATE }, { "generation", COLUMN_NUMBER },
		{ "first_day", COLUMN_NUMBER }, { "last_day", COLUMN_NUMBER } };
	struct listing l = { .arena = a };
	struct row_sink sink = { NULL, on_period, &l };
	const struct table *t = table_find(table);
	const char *what = arena_printf(a,
	    "%s AS period, %s, max(generation), min(day), max(day)", t->period,
	    t->week);
	int rc = read_calendar(st, t, what, " GROUP BY period ORDER BY period",
	    filter, columns, 5, &sink, f);

	*list = l.item;
	*n = l.n;
	return rc;
}

int
store_begin_view(struct store *st, struct fault *f)
{
	if (!sqlite3_get_autocommit(st->db))
		return 0; /* what is open is a view, too */
	if (sql_run(st, SQL_BEGIN_READ, NULL, 0, f) == -1)
		return -1;
	st->view = true;
	return 0;
}

void
store_end_view(struct store *st)
{
	if (st->view)
		store_rollback(st);
	st->view = false;
}

static int
verify_one(struct store *st, enum sql_id id, const char *rollup,
    store_difference_fn *tell, void *arg, struct fault *f)
{
	struct store_difference d = { .rollup = rollup };
	sqlite3_stmt *row;
	int rc = sql_ask(st, id, NULL, 0, &row, f);

	while (rc == 1) {
		d.what = sql_column(row, 0);
		d.stored = sql_column(row, 1);
		d.counted = sql_column(row, 2);
		tell(arg, &d);
		rc = sql_next(st, row, f);
	}
	return rc;
}

int
store_verify(
    struct store *st, store_difference_fn *tell, void *arg, struct fault *f)
{
	static const struct {
		enum sql_id id;
		const char *rollup;
	} all[] = {
		{ SQL_VERIFY_TOTALS, "totals" },
		{ SQL_VERIFY_DAYS, "days" },
		{ SQL_VERIFY_DAILY, "daily" },
		{ SQL_VERIFY_SERIES, "series" },
		{ SQL_VERIFY_SENDERS, "senders" },
		{ SQL_VERIFY_FAILURES, "failures" },
		{ SQL_VERIFY_WARNINGS, "warnings" },
	};
	size_t i;
	int rc = store_begin_view(st, f);

	for (i = 0; rc == 0 && i < sizeof all / sizeof *all; i++)
		rc = verify_one(st, all[i].id, all[i].rollup, tell, arg, f);
	store_end_view(st);
	return rc;
}
