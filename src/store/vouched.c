#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/utc.h"
#include "model/report_copy.h"
#include "model/tls_report.h"
#include "store/report_warnings.h"
#include "store/rollup.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_private.h"
#include "store/vouched.h"

#define UNAUTHENTICATED "unauthenticated"

static const struct sql select_before = {
	"SELECT dkim IN " VOUCHED_WORDS ", status = 'counted',"
	" unixepoch(date) / 86400,"
	" instr(' ' || warnings || ' ', ' " UNAUTHENTICATED " ') > 0"
	" FROM reports WHERE id = ?1"
};

static const struct sql update_verdict = {
	"UPDATE reports SET dkim = ?2, dkim_domain = ?3, dkim_selector = ?4"
	" WHERE id = ?1"
};

static const struct sql add_verified_senders = {
	"UPDATE rollup_senders SET verified_reports = verified_reports + 1,"
	" verified_sessions = min(verified_sessions + x.sessions,"
	" 4611686018427387903),"
	" verified_failed = min(verified_failed + x.failed,"
	" 4611686018427387903)"
	" FROM (SELECT n.id AS sender,"
	" CAST(min(total(p.counted_sessions), 4e18) AS INTEGER) AS sessions,"
	" CAST(min(total(p.counted_failed), 4e18) AS INTEGER) AS failed"
	" FROM policies AS p JOIN senders AS n ON n.domain = p.domain"
	" AND n.organization = p.organization"
	" AND n.reporter_domain = p.reporter_domain"
	" WHERE p.report = ?1 AND p.counted = 1 GROUP BY n.id) AS x"
	" WHERE rollup_senders.sender = x.sender AND rollup_senders.day = ?2"
};

static const struct sql add_verified_failures = {
	"UPDATE rollup_failures"
	" SET verified_findings = verified_findings + x.findings"
	" FROM (SELECT q.id AS problem, s.id AS series,"
	" f.receiving_ip AS receiving_ip, count(*) AS findings"
	" FROM policies AS p JOIN failures AS f ON f.report = p.report"
	" AND f.policy = p.n JOIN problems AS q ON q.domain = p.domain"
	" AND q.receiving_mx_hostname = f.receiving_mx_hostname"
	" AND q.result_type = f.result_type"
	" JOIN series AS s ON s.domain = p.domain"
	" AND s.policy_domain = p.policy_domain"
	" AND s.organization = p.organization"
	" AND s.reporter_domain = p.reporter_domain"
	" AND s.policy_type = p.policy_type AND s.policy_mode = p.policy_mode"
	" WHERE p.report = ?1 AND p.counted = 1"
	" GROUP BY q.id, s.id, f.receiving_ip) AS x"
	" WHERE rollup_failures.problem = x.problem"
	" AND rollup_failures.day = ?2 AND rollup_failures.series = x.series"
	" AND rollup_failures.receiving_ip = x.receiving_ip"
};

static const struct sql drop_warning = {
	"UPDATE rollup_warnings SET reports = reports - 1"
	" WHERE day = ?1 AND code = '" UNAUTHENTICATED "'"
};

static const struct sql delete_empty_warning = {
	"DELETE FROM rollup_warnings"
	" WHERE day = ?1 AND code = '" UNAUTHENTICATED "' AND reports <= 0"
};

/* What stands of a report before its verdict changes. */
struct before {
	bool verified, counted, warned;
	int64_t day;
};

/* The rollups of a report that counts follow its verdict. */
static int
follow(struct store *st, int64_t report, const struct before *b, bool verified,
    bool warned, struct fault *f)
{
	struct value v[] = { value_number(report), value_number(b->day) };

	if (rollup_touch(st, b->day * UTC_DAY, f) == -1)
		return -1;
	if (warned && !b->warned &&
	    rollup_warned(st, b->day * UTC_DAY, UNAUTHENTICATED, f) == -1)
		return -1;
	if (rollup_flush(st, f) == -1)
		return -1;
	if (b->warned && !warned &&
	    (sql_run(st, &drop_warning, v + 1, 1, f) == -1 ||
		sql_run(st, &delete_empty_warning, v + 1, 1, f) == -1))
		return -1;
	if (!verified || b->verified)
		return 0;
	return sql_run(st, &add_verified_senders, v, 2, f) == -1
		   ? -1
		   : sql_run(st, &add_verified_failures, v, 2, f);
}

int
vouched_set(struct store *st, int64_t report, const struct report *copy,
    struct fault *f)
{
	bool verified = report_is_verified(copy);
	bool warned = vouched_rank(copy->dkim) == 0 && copy->dkim[0] != '\0';
	struct value v[] = { value_number(report), value_text(copy->dkim),
		value_text(copy->dkim_domain),
		value_text(copy->dkim_selector) };
	struct before b;
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_before, v, 1, &row, f);

	if (rc != 1)
		return rc;
	b.verified = sqlite3_column_int(row, 0) != 0;
	b.counted = sqlite3_column_int(row, 1) != 0;
	b.day = sqlite3_column_int64(row, 2);
	b.warned = sqlite3_column_int(row, 3) != 0;
	sqlite3_reset(row);
	if (sql_run(st, &update_verdict, v, 4, f) == -1 ||
	    report_warnings_set(st, report, warned ? WARNED_UNAUTHENTICATED : 0,
		warned ? 0 : WARNED_UNAUTHENTICATED, f) == -1)
		return -1;
	if (b.counted)
		return follow(st, report, &b, verified, warned, f);
	return rollup_touch(st, b.day * UTC_DAY, f);
}

static const struct sql select_waiting = {
	"SELECT q.id FROM quarantine AS q JOIN messages AS m"
	" ON m.id = q.message WHERE q.code = 'dkim-temperror' AND q.kept = 1"
	" AND q.created >= ?2 AND ifnull(m.mailbox, 0) = ?1"
	" ORDER BY q.created, q.id"
};

int
store_find_waiting(struct store *st, int64_t mailbox, int64_t since,
    struct arena *arena, struct store_waiting *list, struct fault *f)
{
	char time[UTC_TEXT];
	struct value v[] = { value_number(mailbox), value_null() };
	size_t room = 0;
	sqlite3_stmt *row;
	int rc;

	*list = (struct store_waiting){ 0 };
	utc_format(since, time);
	v[1] = value_text(time);
	rc = sql_ask(st, &select_waiting, v, 2, &row, f);
	while (rc == 1) {
		list->id = arena_grow(
		    arena, list->id, list->n, &room, sizeof *list->id);
		list->id[list->n++] = sqlite3_column_int64(row, 0);
		rc = sql_next(st, row, f);
	}
	return rc;
}

static const struct sql count_waiting = {
	"SELECT count(*), ifnull(date(min(created)), '') FROM quarantine"
	" WHERE code = 'dkim-temperror' AND created >= ''"
};

int
store_count_waiting(
    struct store *st, int64_t *n, char oldest[static 24], struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(st, &count_waiting, NULL, 0, &row, f);

	*n = 0;
	oldest[0] = '\0';
	if (rc != 1)
		return rc;
	*n = sqlite3_column_int64(row, 0);
	snprintf(oldest, 24, "%s", sql_column(row, 1));
	sqlite3_reset(row);
	return 0;
}

static const struct sql update_since = {
	"UPDATE mailboxes SET dkim_since = ?2 WHERE id = ?1"
	" AND (dkim_since = '' OR dkim_since > ?2)"
};

static const struct sql select_since = {
	"SELECT unixepoch(dkim_since) FROM mailboxes WHERE id = ?1"
};

int
store_judged_since(struct store *st, int64_t mailbox, int64_t now,
    int64_t *since, struct fault *f)
{
	char day[UTC_TEXT];
	struct value v[] = { value_number(mailbox), value_null() };

	utc_format_date(now, day);
	v[1] = value_text(day);
	if (store_begin_try(st, f) == -1 ||
	    sql_run(st, &update_since, v, 2, f) == -1)
		return -1;
	return sql_number(st, &select_since, v, 1, since, f) == -1 ? -1 : 0;
}

static const struct sql select_refused = {
	"SELECT count(DISTINCT q.message) FROM quarantine AS q"
	" JOIN messages AS m ON m.id = q.message"
	" JOIN mailboxes AS b ON b.id = m.mailbox WHERE b.name = ?1"
	" AND ifnull(m.received, m.looked_at) >= ?2 AND q.whole_mail = 1"
	" AND q.code GLOB 'dkim-*' AND q.code <> 'dkim-temperror'"
};

static const struct sql select_counted = {
	"SELECT count(*) FROM reports AS r"
	" CROSS JOIN messages AS m ON m.id = r.message"
	" CROSS JOIN mailboxes AS b ON b.id = m.mailbox"
	" WHERE r.date >= date(?2, '-7 days') AND r.status = 'counted'"
	" AND b.name = ?1 AND ifnull(m.received, m.looked_at) >= ?2"
};

int
store_count_refused(struct store *st, const char *mailbox, int64_t since,
    struct store_refused *r, struct fault *f)
{
	char when[UTC_TEXT];
	struct value v[] = { value_text(mailbox), value_text("") };

	*r = (struct store_refused){ 0 };
	utc_format(since, when);
	v[1] = value_text(when);
	return sql_number(st, &select_refused, v, 2, &r->refused, f) == -1 ||
		       sql_number(st, &select_counted, v, 2, &r->counted, f) ==
			   -1
		   ? -1
		   : 0;
}
