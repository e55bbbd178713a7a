#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/utc.h"
#include "ledger/dkim_keys.h"
#include "store/sql.h"

static const struct sql upsert_key = {
	"INSERT INTO dkim_keys (name, record, first_seen, last_seen)"
	" VALUES (?1, ?2, ?3, ?3) ON CONFLICT (name, record) DO UPDATE"
	" SET first_seen = min(first_seen, excluded.first_seen),"
	" last_seen = max(last_seen, excluded.last_seen)"
	" WHERE excluded.first_seen NOT BETWEEN first_seen AND last_seen"
};

int
store_note_dkim_key(struct store *st, const char *name, struct span record,
    int64_t today, struct fault *f)
{
	char day[UTC_TEXT];
	struct value v[] = { value_text(name),
		{ .kind = VALUE_TEXT, .bytes = record }, value_null() };

	if (record.n > DKIM_KEY_BYTES)
		return 0;
	utc_format_date(today, day);
	v[2] = value_text(day);
	return sql_run(st, &upsert_key, v, 3, f);
}

static const struct sql select_keys = {
	"SELECT record FROM dkim_keys WHERE name = ?1"
	" AND ?2 BETWEEN date(first_seen, '-7 days')"
	" AND date(last_seen, '+1 day') ORDER BY last_seen DESC, record"
};

int
store_find_dkim_keys(struct store *st, const char *name, int64_t arrival,
    struct arena *arena, struct span *record, size_t room, size_t *n,
    struct fault *f)
{
	char day[UTC_TEXT];
	struct value v[] = { value_text(name), value_null() };
	sqlite3_stmt *row;
	int rc;

	*n = 0;
	utc_format_date(arrival, day);
	v[1] = value_text(day);
	rc = sql_ask(st, &select_keys, v, 2, &row, f);
	while (rc == 1 && *n < room) {
		record[(*n)++] = span_of(sql_copy_column(arena, row, 0));
		rc = sql_next(st, row, f);
	}
	if (rc == 1)
		sqlite3_reset(row);
	return rc == -1 ? -1 : 0;
}
