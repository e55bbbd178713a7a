#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "ledger/announced_changes.h"
#include "model/announced.h"
#include "store/sql.h"
#include "store/store_private.h"

/* The other kinds in that table: [notify] command, mails of views, syslog. */
#define ANNOUNCED "kind NOT IN ('notified', 'mailed', 'logged')"

static const struct sql select_told = {
	"SELECT kind, key, figure FROM told WHERE " ANNOUNCED
	" ORDER BY kind, key"
};

int
store_read_announced(struct store *st, struct arena *mem,
    const struct announced **list, size_t *n, struct fault *f)
{
	struct announced *all = NULL;
	size_t count = 0, room = 0;
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_told, NULL, 0, &row, f);

	for (; rc == 1; rc = sql_next(st, row, f)) {
		all = arena_grow(mem, all, count, &room, sizeof *all);
		all[count++] = (struct announced){
			.kind = sql_copy_column(mem, row, 0),
			.key = sql_copy_column(mem, row, 1),
			.figure = (uint64_t)sqlite3_column_int64(row, 2),
		};
	}
	*list = all;
	*n = count;
	return rc;
}

static const struct sql delete_told = { "DELETE FROM told WHERE " ANNOUNCED };

static const struct sql insert_told = {
	"INSERT OR IGNORE INTO told (kind, key, figure)"
	" VALUES (?1, ?2, ?3)"
};

int
store_write_announced(
    struct store *st, const struct announced *list, size_t n, struct fault *f)
{
	size_t i;

	if (sql_run(st, &delete_told, NULL, 0, f) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		struct value v[] = { value_text(list[i].kind),
			value_text(list[i].key), value_count(list[i].figure) };

		if (sql_run(st, &insert_told, v, 3, f) == -1)
			return -1;
	}
	return 0;
}
