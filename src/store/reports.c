#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/report_copy.h"
#include "model/report_identity.h"
#include "model/tls_report.h"
#include "store/counted_copy.h"
#include "store/messages.h"
#include "store/outbox.h"
#include "store/report_rows.h"
#include "store/report_warnings.h"
#include "store/reports.h"
#include "store/rollup.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "store/totals.h"
#include "store/vouched.h"

/* A report that is being stored, and what is found out about it. */
struct entry {
	struct report_rows rows; /* what is written, if anything is */
	struct value key[5];	 /* identity and content */
	enum store_outcome outcome;
	bool reused;
	bool repeated;	     /* one that counts has its body */
	int64_t id;	     /* of its copy */
	int64_t counted;     /* the stored one with that identity; 0: none */
	int64_t quarantined; /* the number of a conflict there */
	/* of a copy that was stored before: more is known of it, or less */
	bool improved, got_worse;
};

enum {
	IDENTITY = 4 /* values of the key */
};

static void
set_key(struct entry *e)
{
	const struct report *r = e->rows.report;

	utc_format(r->start, e->rows.start);
	utc_format(r->end, e->rows.end);
	utc_format_date(r->start, e->rows.date);
	e->key[0] = value_text(r->organization);
	e->key[1] = value_text(r->report_id);
	e->key[2] = value_text(e->rows.start);
	e->key[3] = value_text(e->rows.end);
	e->key[4] = value_blob(r->content, sizeof r->content);
}

static const struct sql select_alike = {
	"SELECT EXISTS (SELECT 1 FROM reports WHERE status = 'counted'"
	" AND organization = ?1 AND report_id = ?2),"
	" EXISTS (SELECT 1 FROM reports WHERE status = 'counted'"
	" AND body = ?3),"
	" EXISTS (SELECT 1 FROM dropped WHERE organization = ?1"
	" AND report_id = ?2 AND start = ?4 AND end = ?5 AND content = ?6)"
};

/*
 * 1 when a report that counts has its organization and report-id.  Notes, too,
 * whether one has its body, and whether it was taken out before.
 */
static int
find_alike(struct store *st, struct entry *e, struct fault *f)
{
	struct value v[] = { e->key[0], e->key[1],
		value_number(report_body(e->rows.report)), e->key[2], e->key[3],
		e->key[4] };
	sqlite3_stmt *row;
	int known;

	if (sql_ask(st, &select_alike, v, 6, &row, f) == -1)
		return -1;
	known = sqlite3_column_int(row, 0);
	e->repeated = sqlite3_column_int(row, 1) != 0;
	if (sqlite3_column_int(row, 2) != 0)
		e->outcome = STORE_DUPLICATE;
	sqlite3_reset(row);
	return known;
}

static const struct sql select_counted = {
	"SELECT id, content FROM reports WHERE status = 'counted'"
	" AND organization = ?1 AND report_id = ?2"
	" AND start = ?3 AND end = ?4"
};

/* The counted copy; 1 when its content is the same. */
static int
find_counted(struct store *st, struct entry *e, struct fault *f)
{
	sqlite3_stmt *row;
	int same, rc;

	rc = sql_ask(st, &select_counted, e->key, IDENTITY, &row, f);
	if (rc != 1)
		return rc;
	e->counted = sqlite3_column_int64(row, 0);
	same = sqlite3_column_bytes(row, 1) == REPORT_DIGEST &&
	       memcmp(sqlite3_column_blob(row, 1), e->rows.report->content,
		   REPORT_DIGEST) == 0;
	sqlite3_reset(row);
	return same;
}

static const struct sql select_conflict = {
	"SELECT id FROM reports WHERE status = 'conflict'"
	" AND organization = ?1 AND report_id = ?2"
	" AND start = ?3 AND end = ?4 AND content = ?5"
};

static const struct sql select_start = {
	"SELECT unixepoch(start) FROM reports WHERE id = ?1"
};

/* Give a report that counts a warning, unless it has it. */
static int
warn_counted(struct store *st, int64_t report, unsigned warned, struct fault *f)
{
	struct value id = value_number(report);
	int64_t start;
	int rc = report_warnings_set(st, report, warned, 0, f);

	if (rc == 1)
		rc = sql_number(st, &select_start, &id, 1, &start, f);
	if (rc != 1)
		return rc;
	return rollup_warned(st, start,
	    warned == WARNED_REUSED ? REPORT_ID_REUSED : REPORT_ID_CONFLICT, f);
}

static const struct sql select_earlier_range = {
	"SELECT 1 FROM reports WHERE status = 'counted'"
	" AND organization = ?1 AND report_id = ?2"
	" AND (start, end) < (?3, ?4) LIMIT 1"
};

static const struct sql select_later_range = {
	"SELECT id FROM reports WHERE status = 'counted'"
	" AND organization = ?1 AND report_id = ?2"
	" AND (start, end) > (?3, ?4) ORDER BY start, end LIMIT 1"
};

static const struct sql select_conflicts_of = {
	"SELECT c.id FROM reports AS r CROSS JOIN reports AS c"
	" WHERE r.id = ?1 AND c.status = 'conflict'"
	" AND c.organization = r.organization AND c.report_id = r.report_id"
	" AND c.start = r.start AND c.end = r.end"
};

/* All copies of the report that counts under that number. */
static int
warn_reused(struct store *st, int64_t counted, struct fault *f)
{
	struct value id = value_number(counted);
	sqlite3_stmt *row;
	int rc = warn_counted(st, counted, WARNED_REUSED, f);

	if (rc == -1)
		return -1;
	for (rc = sql_ask(st, &select_conflicts_of, &id, 1, &row, f); rc == 1;
	     rc = sql_next(st, row, f))
		if (report_warnings_set(st, sqlite3_column_int64(row, 0),
			WARNED_REUSED, 0, f) == -1) {
			sqlite3_reset(row);
			return -1;
		}
	return rc;
}

/*
 * Of several ranges under one organization and report-id all but the earliest
 * reuse it (R57), whichever is stored first: the new one may, or the one behind
 * it does from now on.
 */
static int
look_at_other_ranges(struct store *st, struct entry *e, struct fault *f)
{
	int64_t found;
	int rc =
	    sql_number(st, &select_earlier_range, e->key, IDENTITY, &found, f);

	e->reused = rc == 1;
	if (rc == 0)
		rc = sql_number(
		    st, &select_later_range, e->key, IDENTITY, &found, f);
	if (rc == -1 || e->reused)
		return rc == -1 ? -1 : 0;
	return rc == 1 ? warn_reused(st, found, f) : 0;
}

/*
 * What the report is beside those stored.  Most are new by organization and
 * report-id, which one look into the index tells; a conflict never stands
 * without a counted copy.
 */
static int
classify(struct store *st, struct entry *e, struct fault *f)
{
	int known, same;

	e->outcome = STORE_IMPORTED;
	if ((known = find_alike(st, e, f)) != 1 ||
	    e->outcome == STORE_DUPLICATE)
		return known == -1 ? -1 : 0;
	if ((same = find_counted(st, e, f)) == -1)
		return -1;
	e->id = e->counted;
	if (e->counted != 0 && same == 0)
		same = sql_number(
		    st, &select_conflict, e->key, IDENTITY + 1, &e->id, f);
	if (same == 1)
		e->outcome = STORE_DUPLICATE;
	else if (e->counted != 0)
		e->outcome = STORE_CONFLICT;
	if (same == -1 || e->outcome == STORE_DUPLICATE)
		return same == -1 ? -1 : 0;
	return look_at_other_ranges(st, e, f);
}

/* The report's own warnings and the store's. */
static const char *
warnings(struct store *st, const struct entry *e)
{
	unsigned more = (e->outcome == STORE_CONFLICT ? WARNED_CONFLICT : 0) |
			(e->reused ? WARNED_REUSED : 0);

	return report_warnings(e->rows.report->warnings, more, 0, &st->scratch);
}

static int
count_in(struct store *st, struct entry *e, struct fault *f)
{
	int64_t mailbox;

	if (message_mailbox(st, e->rows.message, &mailbox, f) == -1 ||
	    tally_report(
		st, mailbox, 1, e->rows.sessions, e->rows.findings, f) == -1)
		return -1;
	st->tally.repeated += e->repeated;
	return rollup_add(st, e->rows.report, e->rows.warnings, f);
}

static const struct sql insert_conflict = {
	"INSERT INTO quarantine (message, code, place, filename,"
	" whole_mail, size, kept, created, report)"
	" VALUES (?1, '" REPORT_ID_CONFLICT "', '', '', 0, ?3, ?3 > 0,"
	" ifnull((SELECT received FROM messages WHERE id = ?1),"
	" strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?2)"
};

/* Of a conflict the counted copy is told, and the other waits in quarantine. */
static int
set_aside(struct store *st, struct entry *e, struct fault *f)
{
	struct value copy[] = { value_number(e->rows.message),
		value_number(e->id), value_count(e->rows.raw.n) };

	st->tally.conflicts++;
	if (warn_counted(st, e->counted, WARNED_CONFLICT, f) == -1 ||
	    rollup_touch(st, e->rows.report->start, f) == -1 ||
	    sql_run(st, &insert_conflict, copy, 3, f) == -1)
		return -1;
	e->quarantined = sql_last_id(st);
	return 0;
}

/* A copy that is not stored yet. */
static int
add_copy(struct store *st, struct entry *e, struct fault *f)
{
	const struct report_key key = { e->key[0].bytes, e->key[1].bytes,
		e->key[2].bytes, e->key[3].bytes };

	e->rows.conflict = e->outcome == STORE_CONFLICT;
	e->rows.warnings = warnings(st, e);
	if (report_rows_add(st, &e->rows, f) == -1)
		return -1;
	e->id = e->rows.id;
	if ((e->rows.conflict ? set_aside(st, e, f) : count_in(st, e, f)) == -1)
		return -1;
	return outbox_tell_stored(st, e->id, &key, e->rows.report->content, f);
}

static const struct sql select_known = {
	"SELECT r.dkim, r.dkim_domain, r.dkim_selector,"
	" r.message = ?2 OR EXISTS (SELECT 1 FROM quarantine"
	" WHERE message = ?2 AND code = 'dkim-temperror'),"
	" (SELECT id FROM quarantine WHERE report = ?1),"
	" m.received < ifnull(ifnull(r.arrived, o.received), '9999')"
	" FROM reports AS r CROSS JOIN messages AS m CROSS JOIN messages AS o"
	" WHERE r.id = ?1 AND m.id = ?2 AND o.id = r.message"
};

static const struct sql update_arrived = {
	"UPDATE reports SET arrived = (SELECT received FROM messages"
	" WHERE id = ?2) WHERE id = ?1"
};

/* What a copy of a stored report tells beside that one. */
struct news {
	bool better, worse; /* its word on who vouches for it */
	bool earlier;	    /* its arrival */
};

/*
 * The better word stands; but where its own mail waited for DNS, whatever comes
 * out.
 */
static int
find_news(struct store *st, struct entry *e, struct news *n, struct fault *f)
{
	struct value v[] = { value_number(e->id),
		value_number(e->rows.message) };
	const struct report *r = e->rows.report;
	const struct report_word word = { r->dkim, r->dkim_domain,
		r->dkim_selector };
	struct report_word known;
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_known, v, 2, &row, f);

	if (rc != 1)
		return rc;
	known = (struct report_word){ sql_column(row, 0), sql_column(row, 1),
		sql_column(row, 2) };
	n->better = report_word_is_better(&word, &known);
	n->worse = vouched_rank(word.dkim) < vouched_rank(known.dkim) &&
		   strcmp(known.dkim, "waiting") == 0 &&
		   sqlite3_column_int(row, 3) != 0;
	e->quarantined = sqlite3_column_int64(row, 4);
	n->earlier = sqlite3_column_int(row, 5) != 0;
	sqlite3_reset(row);
	return 0;
}

/* A copy that is stored, or (number 0) was taken out again. */
static int
learn(struct store *st, struct entry *e, struct fault *f)
{
	struct value v[] = { value_number(e->id),
		value_number(e->rows.message) };
	struct news n = { 0 };

	if (find_news(st, e, &n, f) == -1)
		return -1;
	if ((n.better || n.worse) &&
	    vouched_set(st, e->id, e->rows.report, f) == -1)
		return -1;
	if (n.earlier && (sql_run(st, &update_arrived, v, 2, f) == -1 ||
			     rollup_touch(st, e->rows.report->start, f) == -1))
		return -1;
	e->improved = n.better || n.earlier;
	e->got_worse = n.worse;
	if (!e->improved && !e->got_worse)
		return 0;
	return outbox_tell(st, OUTBOX_REPORT, e->id, f);
}

/* See to it that the right copy counts. */
static int
settle(struct store *st, const struct entry *e, struct counted_copy *c,
    struct fault *f)
{
	*c = (struct counted_copy){ .why = COPY_SAME };
	if (e->counted == 0)
		return 0;
	if (e->id == e->counted)
		return e->got_worse
			   ? counted_copy_settle_all(st, e->counted, c, f)
			   : 0;
	if (e->outcome == STORE_CONFLICT || e->improved)
		return counted_copy_settle(st, e->counted, e->id, c, f);
	return 0;
}

int
store_add_report(struct store *st, int64_t message, const struct report *r,
    struct span raw, struct store_added *out, struct fault *f)
{
	struct entry e = { .rows = {
			       .report = r, .message = message, .raw = raw } };
	struct counted_copy c;
	bool displaced;

	arena_reset(&st->scratch);
	set_key(&e);
	if (classify(st, &e, f) == -1 ||
	    (e.outcome == STORE_DUPLICATE ? learn(st, &e, f)
					  : add_copy(st, &e, f)) == -1 ||
	    settle(st, &e, &c, f) == -1)
		return -1;
	displaced = c.swapped && e.id != e.counted;
	if (displaced)
		e.outcome = STORE_IMPORTED;
	*out = (struct store_added){
		.outcome = e.outcome,
		.report = e.id,
		.reused = e.reused,
		.of_conflict = e.outcome == STORE_DUPLICATE &&
			       (e.id != e.counted) != c.swapped,
		.quarantined = e.outcome == STORE_CONFLICT || displaced
				   ? e.quarantined
				   : 0,
		.displaced = displaced,
		.why = c.why,
		.is_pruned = c.is_pruned,
	};
	return 0;
}
