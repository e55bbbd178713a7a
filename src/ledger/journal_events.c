#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/sha256.h"
#include "base/span.h"
#include "base/utc.h"
#include "ledger/journal_events.h"
#include "model/shipment.h"
#include "store/sql.h"
#include "store/store.h"

static const struct sql select_journal = {
	"SELECT id, (SELECT ifnull(max(seq), 0) FROM outbox) FROM journal"
};

int
journal_read(struct store *st, unsigned char id[SHIPMENT_KEY], int64_t *last,
    struct fault *f)
{
	sqlite3_stmt *row;

	if (sql_ask(st, &select_journal, NULL, 0, &row, f) != 1)
		return -1;
	memcpy(id, sqlite3_column_blob(row, 0), SHIPMENT_KEY);
	*last = sqlite3_column_int64(row, 1);
	sqlite3_reset(row);
	return 0;
}

static const struct sql update_journal = {
	"UPDATE journal SET id = randomblob(16)"
};

int
journal_renew(struct store *st, unsigned char id[SHIPMENT_KEY], struct fault *f)
{
	int64_t last;

	if (store_begin(st, f) == -1)
		return -1;
	if (sql_run(st, &update_journal, NULL, 0, f) == -1 ||
	    journal_read(st, id, &last, f) == -1 || store_commit(st, f) == -1) {
		store_rollback(st);
		return -1;
	}
	return 0;
}

/* SHA-256 over number, kind, identity and content, cut to half. */
static void
digest_event(sqlite3_stmt *row, unsigned char mark[SHIPMENT_KEY])
{
	unsigned char digest[SHA256_DIGEST];
	uint64_t seq = htobe64((uint64_t)sqlite3_column_int64(row, 0));
	struct sha256 hash = { 0 };
	int i;

	sha256_begin(&hash);
	sha256_put(&hash, &seq, sizeof seq);
	for (i = 1; i < 4; i++)
		sha256_put(&hash, sqlite3_column_blob(row, i),
		    (size_t)sqlite3_column_bytes(row, i));
	sha256_end(&hash, digest);
	sha256_free(&hash);
	memcpy(mark, digest, SHIPMENT_KEY);
}

static const struct sql select_event = {
	"SELECT seq, what, identity, content FROM outbox WHERE seq = ?1"
};

int
journal_mark(struct store *st, int64_t seq, unsigned char mark[SHIPMENT_KEY],
    struct fault *f)
{
	struct value v = value_number(seq);
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_event, &v, 1, &row, f);

	if (rc != 1)
		return rc;
	digest_event(row, mark);
	sqlite3_reset(row);
	return 1;
}

static const struct sql insert_shipped = {
	"INSERT OR REPLACE INTO shipped (journal, seq, at) VALUES"
	" (?1, ?2, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))"
};

int
journal_note_shipped(struct store *st, const unsigned char id[SHIPMENT_KEY],
    int64_t seq, struct fault *f)
{
	struct value v[] = { value_blob(id, SHIPMENT_KEY), value_number(seq) };

	if (store_begin(st, f) == -1)
		return -1;
	if (sql_run(st, &insert_shipped, v, 2, f) == -1 ||
	    store_commit(st, f) == -1) {
		store_rollback(st);
		return -1;
	}
	return 0;
}

static const struct sql select_shipped = {
	"SELECT s.seq, s.at FROM shipped AS s"
	" JOIN journal AS j ON j.id = s.journal"
};

int
journal_shipped(struct store *st, int64_t *seq, int64_t *at, struct fault *f)
{
	unsigned deviation;
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_shipped, NULL, 0, &row, f);

	if (rc != 1)
		return rc;
	*seq = sqlite3_column_int64(row, 0);
	rc = utc_parse(span_of(sql_column(row, 1)), at, &deviation) == 0;
	sqlite3_reset(row);
	return rc;
}
