#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "store/messages.h"
#include "store/rejects.h"
#include "store/sql.h"
#include "store/store_private.h"

enum {
	SHA256 = 32 /* bytes */
};

static const struct sql select_reject = {
	"SELECT id, kept, code, place FROM quarantine WHERE sha256 = ?1"
};

static const struct sql select_empty_reject = {
	"SELECT id, kept, code, place FROM quarantine WHERE message = ?1"
	" AND code = ?2 AND sha256 IS NULL AND report IS NULL"
};

/*
 * 1 when it is there, with its number and whether the bytes are; `*same` tells
 * whether it was refused for the same.
 */
static int
find_reject(struct store *st, int64_t message, const struct store_reject *r,
    const struct value *digest, struct store_rejected *found, bool *same,
    struct fault *f)
{
	struct value empty[] = { value_number(message), value_text(r->code) };
	sqlite3_stmt *row;
	int rc;

	if (r->bytes.n > 0)
		rc = sql_ask(st, &select_reject, digest, 1, &row, f);
	else
		rc = sql_ask(st, &select_empty_reject, empty, 2, &row, f);
	if (rc != 1)
		return rc;
	found->id = sqlite3_column_int64(row, 0);
	found->kept = sqlite3_column_int(row, 1) != 0;
	*same = strcmp(sql_column(row, 2), r->code) == 0 &&
		strcmp(sql_column(row, 3), r->where) == 0;
	sqlite3_reset(row);
	return 1;
}

static const struct sql select_quarantine_size = {
	"SELECT quarantine_bytes FROM totals WHERE id = 1"
};

static int
has_room(
    struct store *st, size_t n, uint64_t limit, bool *room, struct fault *f)
{
	int64_t used = 0;

	if (sql_number(st, &select_quarantine_size, NULL, 0, &used, f) == -1)
		return -1;
	used += st->tally.quarantine_bytes;
	*room = n > 0 && (uint64_t)used <= limit && n <= limit - (uint64_t)used;
	return 0;
}

static const struct sql insert_reject = {
	"INSERT INTO quarantine (message, code, place, filename,"
	" whole_mail, sha256, size, kept, created)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ifnull((SELECT received"
	" FROM messages WHERE id = ?1),"
	" strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))"
};

static int
add_facts(struct store *st, int64_t message, const struct store_reject *r,
    const struct value *digest, bool kept, struct fault *f)
{
	struct value v[] = {
		value_number(message),
		value_text(r->code),
		value_text(r->where),
		value_text(clean_text(&st->scratch, r->filename)),
		value_number(r->whole_mail),
		r->bytes.n > 0 ? *digest : value_null(),
		value_count(r->bytes.n),
		value_number(kept),
	};

	st->tally.quarantined++;
	return sql_run(st, &insert_reject, v, sizeof v / sizeof *v, f);
}

static const struct sql insert_reject_bytes = {
	"INSERT INTO quarantine_bytes (quarantine, bytes)"
	" VALUES (?1, ?2)"
};

static int
add_bytes(struct store *st, int64_t id, struct span bytes, struct fault *f)
{
	struct value v[] = { value_number(id), value_blob(bytes.p, bytes.n) };

	st->tally.quarantine_bytes += (int64_t)bytes.n;
	return sql_run(st, &insert_reject_bytes, v, 2, f);
}

static const struct sql update_reason = {
	"UPDATE quarantine SET code = ?2, place = ?3 WHERE id = ?1"
};

/* It was there before; another release may see another fault in it. */
static int
judge_again(
    struct store *st, int64_t id, const struct store_reject *r, struct fault *f)
{
	struct value v[] = { value_number(id), value_text(r->code),
		value_text(r->where) };

	return sql_run(st, &update_reason, v, 3, f);
}

static const struct sql update_kept = {
	"UPDATE quarantine SET kept = 1 WHERE id = ?1"
};

/* Its bytes, for which there was no room when it came first. */
static int
keep_at_last(struct store *st, int64_t id, struct fault *f)
{
	struct value v = value_number(id);

	return sql_run(st, &update_kept, &v, 1, f);
}

int
store_add_reject(struct store *st, int64_t message,
    const struct store_reject *r, uint64_t limit, struct store_rejected *out,
    struct fault *f)
{
	unsigned char sha256[SHA256] = { 0 };
	struct value digest = value_blob(sha256, sizeof sha256);
	struct store_rejected found = { 0 };
	bool room = false, same = true;
	int there;

	arena_reset(&st->scratch);
	if (EVP_Digest(
		r->bytes.p, r->bytes.n, sha256, NULL, EVP_sha256(), NULL) != 1)
		out_of_memory();
	there = find_reject(st, message, r, &digest, &found, &same, f);
	if (there == -1)
		return -1;
	if (!found.kept && has_room(st, r->bytes.n, limit, &room, f) == -1)
		return -1;
	if (there == 0) {
		if (add_facts(st, message, r, &digest, room, f) == -1)
			return -1;
		found.id = sql_last_id(st);
		found.added = true;
	}
	if ((!same && judge_again(st, found.id, r, f) == -1) ||
	    (there == 1 && room && keep_at_last(st, found.id, f) == -1) ||
	    (room && add_bytes(st, found.id, r->bytes, f) == -1))
		return -1;
	found.kept |= room || r->bytes.n == 0;
	*out = found;
	return 0;
}
