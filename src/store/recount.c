#include <stdint.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/span.h"
#include "base/utc.h"
#include "store/recount.h"
#include "store/rollup.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "store/views_mark.h"

/* Run each step for a day. */
static int
recount(struct store *st, const char *date, const struct sql *const *steps,
    size_t n, struct fault *f)
{
	struct value v = value_text(date);
	size_t i;

	if (rollup_flush(st, f) == -1 || rollup_next_generation(st, f) == -1 ||
	    views_mark_changed(st, f) == -1)
		return -1;
	for (i = 0; i < n; i++)
		if (sql_run(st, steps[i], &v, 1, f) == -1)
			return -1;
	return 0;
}

static const struct sql select_date = {
	"SELECT date FROM reports WHERE id = ?1"
};

/* The day of a report: 1, or 0 when there is none of that number. */
static int
day_of(struct store *st, int64_t report, char date[static UTC_TEXT],
    struct fault *f)
{
	struct value v = value_number(report);
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_date, &v, 1, &row, f);

	if (rc != 1)
		return rc;
	snprintf(date, UTC_TEXT, "%s", sql_column(row, 0));
	sqlite3_reset(row);
	return 1;
}

static const struct sql recount_day = {
	"UPDATE days SET reports = ifnull((SELECT reports"
	" FROM recount_days WHERE date = ?1), 0), generation ="
	" (SELECT generation FROM totals WHERE id = 1) WHERE date = ?1"
};

static const struct sql insert_series = {
	"INSERT OR IGNORE INTO series (domain, policy_domain,"
	" organization, reporter_domain, policy_type, policy_mode)"
	" SELECT p.domain, p.policy_domain, p.organization,"
	" p.reporter_domain, p.policy_type, p.policy_mode"
	" FROM reports AS r CROSS JOIN policies AS p"
	" WHERE r.date = ?1 AND p.report = r.id AND p.counted = 1"
};

static const struct sql insert_senders = {
	"INSERT OR IGNORE INTO senders (domain, organization,"
	" reporter_domain) SELECT p.domain, p.organization,"
	" p.reporter_domain FROM reports AS r CROSS JOIN policies AS p"
	" WHERE r.date = ?1 AND p.report = r.id AND p.counted = 1"
};

static const struct sql insert_problems = {
	"INSERT OR IGNORE INTO problems (domain, receiving_mx_hostname,"
	" result_type) SELECT p.domain, f.receiving_mx_hostname,"
	" f.result_type FROM reports AS r CROSS JOIN policies AS p"
	" CROSS JOIN failures AS f WHERE r.date = ?1 AND p.report = r.id"
	" AND p.counted = 1 AND f.report = p.report AND f.policy = p.n"
};

static const struct sql delete_daily = {
	"DELETE FROM rollup_daily"
	" WHERE day = (SELECT day FROM days WHERE date = ?1)"
};

static const struct sql delete_senders = {
	"DELETE FROM rollup_senders WHERE sender IN (SELECT id"
	" FROM senders) AND day = (SELECT day FROM days WHERE date = ?1)"
};

static const struct sql delete_failures = {
	"DELETE FROM rollup_failures"
	" WHERE day = (SELECT day FROM days WHERE date = ?1)"
};

static const struct sql delete_warnings = {
	"DELETE FROM rollup_warnings"
	" WHERE day = (SELECT day FROM days WHERE date = ?1)"
};

static const struct sql recount_daily = {
	"INSERT INTO rollup_daily (day, series, reports,"
	" successful_sessions, failed_sessions, counted_sessions,"
	" counted_failed) SELECT day, series, reports,"
	" successful_sessions, failed_sessions, counted_sessions,"
	" counted_failed FROM recount_daily WHERE date = ?1"
};

static const struct sql stretch_series = {
	"UPDATE series SET first_day = min(first_day, d.day),"
	" last_day = max(last_day, d.day) FROM rollup_daily AS d"
	" WHERE d.day = (SELECT day FROM days WHERE date = ?1)"
	" AND series.id = d.series"
};

static const struct sql recount_senders = {
	"INSERT INTO rollup_senders (sender, day, reports,"
	" counted_sessions, counted_failed, failed_sessions,"
	" verified_reports, verified_sessions, verified_failed)"
	" SELECT sender, day, reports, counted_sessions, counted_failed,"
	" failed_sessions, verified_reports, verified_sessions,"
	" verified_failed FROM recount_senders WHERE date = ?1"
};

static const struct sql recount_failures = {
	"INSERT INTO rollup_failures (problem, day, series, receiving_ip,"
	" findings, failed_sessions, verified_findings) SELECT problem, day,"
	" series, receiving_ip, findings, failed_sessions,"
	" verified_findings FROM recount_failures WHERE date = ?1"
};

/* Not by the view, which would read every report: its recursion takes no date
 * from outside. */
static const struct sql recount_warnings = {
	"INSERT INTO rollup_warnings (day, code, reports)"
	" WITH RECURSIVE word (code, rest) AS ("
	" SELECT '', r.warnings || ' '"
	" FROM reports AS r INDEXED BY reports_date"
	" WHERE r.date = ?1 AND r.status = 'counted'"
	" AND r.warnings <> ''"
	" UNION ALL SELECT substr(rest, 1, instr(rest, ' ') - 1),"
	" substr(rest, instr(rest, ' ') + 1) FROM word WHERE rest <> '')"
	" SELECT unixepoch(?1) / 86400, code, count(*) FROM word"
	" WHERE code <> '' GROUP BY code"
};

/* A day without any report left shows nothing, and is not the newest one. */
static const struct sql delete_day = {
	"DELETE FROM days WHERE date = ?1"
	" AND NOT EXISTS (SELECT 1 FROM reports WHERE date = ?1)"
};

/* Its week and month show something else, also when the day itself is gone. */
static const struct sql touch_period = {
	"UPDATE days SET generation = (SELECT generation FROM totals"
	" WHERE id = 1) WHERE monday = date(?1, 'weekday 0', '-6 days')"
	" OR month = date(?1, 'start of month')"
};

int
rollup_recount_day(struct store *st, const char *date, struct fault *f)
{
	static const struct sql *const steps[] = { &recount_day, &insert_series,
		&insert_senders, &insert_problems, &delete_daily,
		&delete_senders, &delete_failures, &delete_warnings,
		&recount_daily, &stretch_series, &recount_senders,
		&recount_failures, &recount_warnings, &delete_day,
		&touch_period };

	return recount(st, date, steps, sizeof steps / sizeof *steps, f);
}

int
rollup_recount_later(struct store *st, int64_t report, struct fault *f)
{
	struct days_to_recount *d = &st->days_to_recount;
	char date[UTC_TEXT];
	int64_t day;
	size_t i;
	int rc = day_of(st, report, date, f);

	if (rc != 1 || utc_parse_date(span_of(date), &day) == -1)
		return rc == -1 ? -1 : 0;
	for (i = 0; i < d->n; i++)
		if (d->day[i] == day)
			return 0;
	d->day = xgrow(d->day, d->n, &d->room, sizeof *d->day);
	d->day[d->n++] = day;
	return 0;
}

int
rollup_recount_pending(struct store *st, struct fault *f)
{
	struct days_to_recount *d = &st->days_to_recount;
	char date[UTC_TEXT];

	for (; d->n > 0; d->n--) {
		utc_format_date(d->day[d->n - 1], date);
		if (rollup_recount_day(st, date, f) == -1)
			return -1;
	}
	return 0;
}

int
rollup_recount_warnings(struct store *st, int64_t report, struct fault *f)
{
	static const struct sql *const steps[] = { &recount_day,
		&delete_warnings, &recount_warnings };
	char date[UTC_TEXT];
	int rc = day_of(st, report, date, f);

	return rc == 1
		   ? recount(st, date, steps, sizeof steps / sizeof *steps, f)
		   : rc;
}

static const struct sql select_pruned = {
	"SELECT 1 FROM reports AS r CROSS JOIN days AS cal"
	" WHERE r.id = ?1 AND cal.date = r.date AND cal.pruned = 1"
};

int
store_is_pruned(struct store *st, int64_t report, struct fault *f)
{
	struct value v = value_number(report);
	int64_t one;

	return sql_number(st, &select_pruned, &v, 1, &one, f);
}
