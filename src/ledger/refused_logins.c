#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "base/utc.h"
#include "ledger/refused_logins.h"
#include "store/sql.h"
#include "store/store_private.h"

/* false when somebody put something else there. */
static bool
copy_bytes(sqlite3_stmt *row, int column, unsigned char *out, size_t n)
{
	const void *p = sqlite3_column_blob(row, column);

	if (p == NULL || (size_t)sqlite3_column_bytes(row, column) != n)
		return false;
	memcpy(out, p, n);
	return true;
}

static const struct sql select_refusal = {
	"SELECT refused, error, salt, digest FROM refusals"
	" WHERE name = ?1"
};

int
store_find_refusal(struct store *st, const char *name,
    struct store_refusal *refusal, struct fault *f)
{
	struct value key = value_text(name);
	sqlite3_stmt *row;
	unsigned deviation;
	bool sound;
	int rc = sql_ask(st, &select_refusal, &key, 1, &row, f);

	if (rc != 1)
		return rc;
	*refusal = (struct store_refusal){ 0 };
	snprintf(
	    refusal->error, sizeof refusal->error, "%s", sql_column(row, 1));
	sound = utc_parse(span_of(sql_column(row, 0)), &refusal->when,
		    &deviation) == 0 &&
		copy_bytes(row, 2, refusal->salt, sizeof refusal->salt) &&
		copy_bytes(row, 3, refusal->digest, sizeof refusal->digest);
	sqlite3_reset(row);
	return sound;
}

static const struct sql replace_refusal = {
	"INSERT OR REPLACE INTO refusals"
	" (name, refused, error, salt, digest)"
	" VALUES (?1, ?2, ?3, ?4, ?5)"
};

int
store_note_refusal(struct store *st, const char *name,
    const struct store_refusal *refusal, struct fault *f)
{
	char when[UTC_TEXT];
	struct value v[] = { value_text(name), value_null(),
		value_text(refusal->error),
		value_blob(refusal->salt, sizeof refusal->salt),
		value_blob(refusal->digest, sizeof refusal->digest) };

	utc_format(refusal->when, when);
	v[1] = value_text(when);
	if (store_begin_try(st, f) == -1)
		return -1;
	return sql_run(st, &replace_refusal, v, 5, f);
}

static const struct sql delete_refusal = {
	"DELETE FROM refusals WHERE name = ?1"
};

int
store_drop_refusal(struct store *st, const char *name, struct fault *f)
{
	struct value key = value_text(name);

	if (store_begin_try(st, f) == -1)
		return -1;
	return sql_run(st, &delete_refusal, &key, 1, f);
}
