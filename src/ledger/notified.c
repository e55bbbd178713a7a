#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "ledger/notified.h"
#include "store/sql.h"
#include "store/store_private.h"

enum {
	NUMBER_TEXT = 24 /* bytes of a number as text */
};

static const struct sql select_notified = {
	"SELECT CAST(key AS INTEGER) AS problem, figure FROM told"
	" WHERE kind = 'notified' ORDER BY problem"
};

int
store_read_notified(struct store *st, struct arena *mem,
    const struct notified **list, size_t *n, struct fault *f)
{
	struct notified *all = NULL;
	size_t count = 0, room = 0;
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_notified, NULL, 0, &row, f);

	for (; rc == 1; rc = sql_next(st, row, f)) {
		all = arena_grow(mem, all, count, &room, sizeof *all);
		all[count++] = (struct notified){ sqlite3_column_int64(row, 0),
			(uint64_t)sqlite3_column_int64(row, 1) };
	}
	*list = all;
	*n = count;
	return rc;
}

static const struct sql replace_notified = {
	"INSERT OR REPLACE INTO told (kind, key, figure)"
	" VALUES ('notified', ?1, ?2)"
};

int
store_set_notified(
    struct store *st, const struct notified *told, struct fault *f)
{
	char key[NUMBER_TEXT];
	struct value v[2];

	snprintf(key, sizeof key, "%" PRId64, told->problem);
	v[0] = value_text(key);
	v[1] = value_count(told->failed);
	return sql_run(st, &replace_notified, v, 2, f);
}

static const struct sql delete_notified = {
	"DELETE FROM told WHERE kind = 'notified' AND key = ?1"
};

int
store_forget_notified(struct store *st, int64_t problem, struct fault *f)
{
	char key[NUMBER_TEXT];
	struct value v;

	snprintf(key, sizeof key, "%" PRId64, problem);
	v = value_text(key);
	return sql_run(st, &delete_notified, &v, 1, f);
}
