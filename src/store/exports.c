#include "store/exports.h"
#include "store/internal.h"

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
