#include <stddef.h>
#include <stdint.h>

#include "ledger/exports.h"
#include "store/sql.h"
#include "store/store_private.h"

static const struct sql select_generation = {
	"SELECT generation FROM totals WHERE id = 1"
};

int
store_generation(struct store *st, int64_t *generation, struct fault *f)
{
	*generation = 0;
	return sql_number(st, &select_generation, NULL, 0, generation, f) == -1
		   ? -1
		   : 0;
}

static const struct sql select_export = {
	"SELECT generation, options, file, parts FROM exports"
	" WHERE dir = ?1 AND name = ?2"
};

int
store_find_export(struct store *st, const char *dir, const char *table,
    struct arena *a, struct store_export *e, struct fault *f)
{
	struct value v[] = { value_text(dir), value_text(table) };
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_export, v, 2, &row, f);

	if (rc != 1)
		return rc;
	*e = (struct store_export){
		.dir = dir,
		.table = table,
		.generation = sqlite3_column_int64(row, 0),
		.options = sql_copy_column(a, row, 1),
		.file = sql_copy_column(a, row, 2),
		.parts = sql_copy_column(a, row, 3),
	};
	sqlite3_reset(row);
	return 1;
}

static const struct sql replace_export = {
	"INSERT OR REPLACE INTO exports (dir, name, generation, options,"
	" file, parts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
};

int
store_note_export(
    struct store *st, const struct store_export *e, struct fault *f)
{
	struct value v[] = { value_text(e->dir), value_text(e->table),
		value_number(e->generation), value_text(e->options),
		value_text(e->file), value_text(e->parts) };

	return sql_run(st, &replace_export, v, 6, f);
}
