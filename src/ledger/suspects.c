#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "ledger/mailboxes.h"
#include "ledger/suspects.h"
#include "store/sql.h"
#include "store/store_private.h"

static const struct sql delete_stale = {
	"DELETE FROM suspects WHERE mailbox = ?1 AND (uidvalidity <> ?2"
	" OR (again = 0 AND EXISTS (SELECT 1 FROM messages AS m"
	" WHERE m.mailbox = suspects.mailbox"
	" AND m.uidvalidity = suspects.uidvalidity AND m.uid = suspects.uid)))"
};

static const struct sql select_suspects = {
	"SELECT uid, runs, again FROM suspects"
	" WHERE mailbox = ?1 AND uidvalidity = ?2 ORDER BY runs, uid"
};

int
store_read_suspects(struct store *st, const struct store_mailbox *mb,
    struct arena *mem, struct store_suspect **list, size_t *n, struct fault *f)
{
	struct value v[] = { value_number(mb->id),
		value_number(mb->uidvalidity) };
	struct store_suspect *all = NULL;
	size_t room = 0;
	sqlite3_stmt *row;
	int rc;

	*n = 0;
	if (store_begin_try(st, f) == -1 ||
	    sql_run(st, &delete_stale, v, 2, f) == -1)
		return -1;
	rc = sql_ask(st, &select_suspects, v, 2, &row, f);
	for (; rc == 1; rc = sql_next(st, row, f)) {
		all = arena_grow(mem, all, *n, &room, sizeof *all);
		all[(*n)++] = (struct store_suspect){
			.uid = (uint32_t)sqlite3_column_int64(row, 0),
			.runs = (unsigned)sqlite3_column_int64(row, 1),
			.again = sqlite3_column_int64(row, 2) != 0,
		};
	}
	*list = all;
	return rc;
}

static const struct sql upsert_suspect = {
	"INSERT INTO suspects (mailbox, uidvalidity, uid, runs, error)"
	" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE"
	" SET runs = runs + ?4, error = ?5"
};

int
store_note_suspect(struct store *st, const struct store_mailbox *mb,
    uint32_t uid, bool counts, const char *error, struct fault *f)
{
	struct value v[] = { value_number(mb->id),
		value_number(mb->uidvalidity), value_number(uid),
		value_number(counts), value_text(error) };

	if (store_begin_try(st, f) == -1)
		return -1;
	return sql_run(st, &upsert_suspect, v, 5, f);
}

static const struct sql delete_suspect = {
	"DELETE FROM suspects"
	" WHERE mailbox = ?1 AND uidvalidity = ?2 AND uid = ?3"
};

static const struct sql select_set_aside = {
	"SELECT q.id FROM quarantine AS q JOIN messages AS m ON m.id = "
	"q.message"
	" WHERE m.mailbox = ?1 AND m.uidvalidity = ?2 AND m.uid = ?3"
	" AND q.code = 'not-handed-out'"
};

static const struct sql delete_entry = {
	"DELETE FROM quarantine WHERE id = ?1 AND code = 'not-handed-out'"
};

int
store_drop_suspect(struct store *st, int64_t mailbox, uint32_t uidvalidity,
    uint32_t uid, bool handed_out, struct fault *f)
{
	struct value v[] = { value_number(mailbox), value_number(uidvalidity),
		value_number(uid) };
	int64_t entry;
	int rc;

	if (sql_run(st, &delete_suspect, v, 3, f) == -1)
		return -1;
	if (!handed_out)
		return 0;
	rc = sql_number(st, &select_set_aside, v, 3, &entry, f);
	if (rc != 1)
		return rc;
	st->tally.quarantined--;
	v[0] = value_number(entry);
	return sql_run(st, &delete_entry, v, 1, f);
}

static const struct sql insert_again = {
	"INSERT INTO suspects (mailbox, uidvalidity, uid, runs, error, again)"
	" VALUES (?1, ?2, ?3, 0, '', 1) ON CONFLICT DO UPDATE"
	" SET runs = 0, again = 1"
};

int
store_suspect_again(struct store *st, int64_t mailbox, uint32_t uidvalidity,
    uint32_t uid, struct fault *f)
{
	struct value v[] = { value_number(mailbox), value_number(uidvalidity),
		value_number(uid) };

	return sql_run(st, &insert_again, v, 3, f);
}

static const struct sql select_done = {
	"SELECT uid FROM messages WHERE mailbox = ?1 AND uidvalidity = ?2"
	" AND uid > ?3 ORDER BY uid"
};

int
store_read_done(struct store *st, const struct store_mailbox *mb,
    struct arena *mem, uint32_t **uids, size_t *n, struct fault *f)
{
	struct value v[] = { value_number(mb->id),
		value_number(mb->uidvalidity), value_number(mb->uid) };
	uint32_t *all = NULL;
	size_t room = 0;
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_done, v, 3, &row, f);

	*n = 0;
	for (; rc == 1; rc = sql_next(st, row, f)) {
		all = arena_grow(mem, all, *n, &room, sizeof *all);
		all[(*n)++] = (uint32_t)sqlite3_column_int64(row, 0);
	}
	*uids = all;
	return rc;
}

static const struct sql select_witness = {
	"SELECT m.uid FROM messages AS m"
	" WHERE m.mailbox = ?1 AND m.uidvalidity = ?2 AND m.settled = 0"
	" AND NOT EXISTS (SELECT 1 FROM suspects AS s WHERE"
	" s.mailbox = m.mailbox AND s.uidvalidity = m.uidvalidity"
	" AND s.uid = m.uid)"
	" AND NOT EXISTS (SELECT 1 FROM quarantine AS q"
	" WHERE q.message = m.id AND q.code = 'not-handed-out')"
	" ORDER BY m.uid DESC LIMIT 1"
};

int
store_find_witness(struct store *st, const struct store_mailbox *mb,
    uint32_t *uid, struct fault *f)
{
	struct value v[] = { value_number(mb->id),
		value_number(mb->uidvalidity) };
	int64_t found = 0;
	int rc = sql_number(st, &select_witness, v, 2, &found, f);

	*uid = (uint32_t)found;
	return rc;
}
