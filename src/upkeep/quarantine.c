#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/row.h"
#include "store/counted_copy.h"
#include "store/dropped.h"
#include "store/outbox.h"
#include "store/recount.h"
#include "store/report_rows.h"
#include "store/reports.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_private.h"
#include "store/totals.h"
#include "upkeep/quarantine.h"

static const struct column listing[] = {
	{ "id", COLUMN_NUMBER },
	{ "seen", COLUMN_TIME },
	{ "source", COLUMN_TEXT },
	{ "uid", COLUMN_NUMBER },
	{ "sender", COLUMN_TEXT },
	{ "subject", COLUMN_TEXT },
	{ "code", COLUMN_TEXT },
	{ "place", COLUMN_TEXT },
	{ "filename", COLUMN_TEXT },
	{ "size", COLUMN_NUMBER },
	{ "kept", COLUMN_NUMBER },
};

static const char select_quarantine[] =
    "SELECT q.id, q.created,"
    " iif(m.mailbox IS NULL, m.source, b.name || ': ' || b.folder),"
    " iif(m.mailbox IS NULL, NULL, m.uid), m.sender, m.subject,"
    " q.code, q.place, q.filename, q.size, q.kept"
    " FROM quarantine AS q JOIN messages AS m ON m.id = q.message"
    " LEFT JOIN mailboxes AS b ON b.id = m.mailbox ORDER BY q.id";

int
store_read_quarantine(
    struct store *st, const struct row_sink *sink, struct fault *f)
{
	return sql_rows(st, select_quarantine, NULL, 0, listing,
	    sizeof listing / sizeof *listing, sink, f);
}

static void
copy_entry(struct store_quarantined *q, sqlite3_stmt *row, struct arena *a)
{
	unsigned deviation;

	q->code = sql_copy_column(a, row, 0);
	q->where = sql_copy_column(a, row, 1);
	q->filename = sql_copy_column(a, row, 2);
	q->whole_mail = sqlite3_column_int(row, 3) != 0;
	q->source = sql_copy_column(a, row, 4);
	q->mailbox = sqlite3_column_int64(row, 5);
	q->uidvalidity = (uint32_t)sqlite3_column_int64(row, 6);
	q->uid = (uint32_t)sqlite3_column_int64(row, 7);
	q->size = (uint64_t)sqlite3_column_int64(row, 8);
	q->head.from = sql_copy_column(a, row, 9);
	q->head.subject = sql_copy_column(a, row, 10);
	q->head.message_id = sql_copy_column(a, row, 11);
	q->head.date = "";
	q->head.report_domain = sql_copy_column(a, row, 12);
	q->head.report_submitter = sql_copy_column(a, row, 13);
	q->has_arrival = utc_parse(span_of(sql_column(row, 14)), &q->arrival,
			     &deviation) == 0;
	q->conflict = sqlite3_column_int64(row, 15);
	q->counted = sqlite3_column_int64(row, 16);
	q->signed_by = sql_copy_column(a, row, 18);
	q->deferred = sqlite3_column_int(row, 19) != 0;
}

static const struct sql select_refused_bytes = {
	"SELECT bytes FROM quarantine_bytes WHERE quarantine = ?1"
};

static int
load_bytes(struct store *st, struct store_quarantined *q, struct arena *a,
    struct fault *f)
{
	struct value id = value_number(q->id);
	sqlite3_stmt *row;
	int rc;

	if (q->conflict != 0)
		return report_bytes_read(st, q->conflict, a, &q->bytes, f);
	rc = sql_ask(st, &select_refused_bytes, &id, 1, &row, f);
	if (rc != 1)
		return rc;
	q->bytes.n = (size_t)sqlite3_column_bytes(row, 0);
	q->bytes.p = arena_strndup(a, sqlite3_column_blob(row, 0), q->bytes.n);
	sqlite3_reset(row);
	return 0;
}

static const struct sql select_entry = {
	"SELECT q.code, q.place, q.filename, q.whole_mail,"
	" iif(m.mailbox IS NULL, m.source, b.name || ': ' || b.folder),"
	" m.mailbox, m.uidvalidity, m.uid, m.size, m.sender, m.subject,"
	" m.message_id, m.report_domain, m.report_submitter, m.received,"
	" q.report, c.id, q.size, m.signed_by, m.verdict = 'deferred'"
	" FROM quarantine AS q JOIN messages AS m ON m.id = q.message"
	" LEFT JOIN mailboxes AS b ON b.id = m.mailbox"
	" LEFT JOIN reports AS r ON r.id = q.report"
	" LEFT JOIN reports AS c ON c.status = 'counted'"
	" AND c.organization = r.organization"
	" AND c.report_id = r.report_id AND c.start = r.start"
	" AND c.end = r.end WHERE q.id = ?1"
};

/* The entry without its bytes. */
static int
find_entry(struct store *st, int64_t id, struct arena *a,
    struct store_quarantined *q, struct fault *f)
{
	struct value v = value_number(id);
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_entry, &v, 1, &row, f);

	if (rc == 0)
		return fault(f, FAULT_HOST, EX_NOINPUT,
		    "quarantine: %lld: no such number; see `tlsrua quarantine "
		    "list`",
		    (long long)id);
	if (rc == -1)
		return -1;
	*q = (struct store_quarantined){ .id = id };
	copy_entry(q, row, a);
	sqlite3_reset(row);
	return 0;
}

int
store_quarantine_get(struct store *st, int64_t id, struct arena *a,
    struct store_quarantined *q, struct fault *f)
{
	if (find_entry(st, id, a, q, f) == -1)
		return -1;
	return load_bytes(st, q, a, f);
}

static const struct sql delete_refusal = {
	"DELETE FROM quarantine WHERE id = ?1"
};

static int
drop_entry(struct store *st, const struct store_quarantined *q, struct fault *f)
{
	struct value id = value_number(q->id);

	if (q->conflict != 0)
		return dropped_conflict(st, q->conflict, q->counted, f);
	st->tally.quarantined--;
	st->tally.quarantine_bytes -= (int64_t)q->bytes.n;
	return sql_run(st, &delete_refusal, &id, 1, f);
}

int
store_quarantine_settle(struct store *st, int64_t id, struct fault *f)
{
	struct store_quarantined q = { 0 };
	struct arena arena = { 0 };
	int rc = store_quarantine_get(st, id, &arena, &q, f);

	if (rc == 0)
		rc = drop_entry(st, &q, f);
	arena_free(&arena);
	return rc;
}

typedef int decision_fn(
    struct store *, const struct store_quarantined *, struct fault *);

/* One decision is one transaction. */
static int
decide(struct store *st, int64_t id, decision_fn *decision, struct fault *f)
{
	struct store_quarantined q = { 0 };
	struct arena arena = { 0 };
	int rc = -1;

	if (store_begin(st, f) == -1)
		goto out;
	if (store_quarantine_get(st, id, &arena, &q, f) == -1 ||
	    decision(st, &q, f) == -1 || store_commit(st, f) == -1) {
		store_rollback(st);
		goto out;
	}
	rc = 0;
out:
	arena_free(&arena);
	return rc;
}

/* A second after the last decision on copies of report r with that status. */
#define BEHIND(status)                                         \
	"(SELECT ifnull(max(unixepoch(c.decided)), 0) + 1"     \
	" FROM reports AS c WHERE c.status = '" status "'"     \
	" AND c.organization = r.organization"                 \
	" AND c.report_id = r.report_id AND c.start = r.start" \
	" AND c.end = r.end)"

/* The time of the decision: now, or later than any decision before it. */
static const struct sql update_decided = {
	"UPDATE reports AS r SET decided = strftime('%Y-%m-%dT%H:%M:%SZ',"
	" max(unixepoch('now'), " BEHIND("counted") ", " BEHIND(
	    "conflict") "), 'unixepoch') WHERE id = ?1"
};

/* Let a copy in conflict count, and note that this was decided. */
static int
accept_conflict(
    struct store *st, const struct store_quarantined *q, struct fault *f)
{
	struct value id = value_number(q->conflict);
	struct counted_copy c;

	if (sql_run(st, &update_decided, &id, 1, f) == -1 ||
	    counted_copy_settle(st, q->counted, q->conflict, &c, f) == -1)
		return -1;
	return outbox_tell(st, OUTBOX_DECIDE, q->conflict, f);
}

static int
accept_entry(
    struct store *st, const struct store_quarantined *q, struct fault *f)
{
	int pruned;

	if (q->conflict == 0 || q->counted == 0)
		return fault(f, FAULT_HOST, EX_DATAERR,
		    "quarantine: %lld: was refused, and is no report to "
		    "accept; try `tlsrua quarantine retry %lld`",
		    (long long)q->id, (long long)q->id);
	if ((pruned = store_is_pruned(st, q->counted, f)) == 1)
		return fault(f, FAULT_HOST, EX_DATAERR,
		    "quarantine: %lld: the details of its day were pruned, so "
		    "the day cannot be counted with another copy; to drop "
		    "this copy: `tlsrua quarantine drop %lld`",
		    (long long)q->id, (long long)q->id);
	return pruned == -1 ? -1 : accept_conflict(st, q, f);
}

int
store_quarantine_drop(struct store *st, int64_t id, struct fault *f)
{
	return decide(st, id, drop_entry, f);
}

int
store_quarantine_accept(struct store *st, int64_t id, struct fault *f)
{
	return decide(st, id, accept_entry, f);
}
