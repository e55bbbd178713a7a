#include <string.h>

#include "base/arena.h"
#include "store/sql.h"
#include "upkeep/integrity.h"

/* One row is enough: "ok", or the first thing that is wrong. */
static const struct sql check_pages = { "PRAGMA quick_check(1)" };
static const struct sql check_keys = { "PRAGMA foreign_key_check" };

int
store_integrity(
    struct store *st, struct arena *arena, const char **damage, struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(st, &check_pages, NULL, 0, &row, f);

	*damage = "";
	if (rc == -1)
		return -1;
	if (rc == 1) {
		if (strcmp(sql_column(row, 0), "ok") != 0)
			*damage = sql_copy_column(arena, row, 0);
		sqlite3_reset(row);
	}
	if ((*damage)[0] != '\0')
		return 0;
	if ((rc = sql_ask(st, &check_keys, NULL, 0, &row, f)) == 1) {
		*damage = arena_printf(arena,
		    "a row of table %s refers to one that is not there",
		    sql_column(row, 0));
		sqlite3_reset(row);
	}
	return rc == -1 ? -1 : 0;
}
