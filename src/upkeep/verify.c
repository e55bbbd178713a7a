#include <stddef.h>

#include "store/sql.h"
#include "store/store.h"
#include "upkeep/verify.h"

/*
 * Sums counted from scratch are floating-point and exact up to 2^53: past that
 * they are taken as equal.
 */
#define SAME(n) "min(" n ", 9007199254740992)"

/* The figures of a row as one text, to be compared. */
/* clang-format off */
#define DAILY \
	"reports || ' ' || " SAME("successful_sessions") " || ' ' || " \
	SAME("failed_sessions") " || ' ' || " SAME("counted_sessions") \
	" || ' ' || " SAME("counted_failed")
#define SENDERS \
	"reports || ' ' || " SAME("counted_sessions") " || ' ' || " \
	SAME("counted_failed") " || ' ' || " SAME("failed_sessions") \
	" || ' ' || verified_reports || ' ' || " SAME("verified_sessions") \
	" || ' ' || " SAME("verified_failed")
#define FAILURES \
	"findings || ' ' || " SAME("failed_sessions") \
	" || ' ' || verified_findings"
/* clang-format on */

/* Days that were pruned cannot be counted: too little is left of them. */
#define COUNTABLE " WHERE v.day NOT IN (SELECT day FROM days WHERE pruned = 1)"

/*
 * Each statement gives what a figure is about, how it is stored, and what was
 * counted, for all that differ.
 */

/* clang-format off */
static const struct sql compare_totals = {
	"SELECT column1, column2, column3 FROM (VALUES"
	" ('messages', (SELECT messages FROM totals),"
	" (SELECT count(*) FROM messages)),"
	" ('reports', (SELECT reports FROM totals),"
	" (SELECT count(*) FROM reports WHERE status = 'counted')),"
	" ('conflicts', (SELECT conflicts FROM totals),"
	" (SELECT count(*) FROM reports WHERE status = 'conflict')),"
	" ('sessions', (SELECT " SAME("sessions") " FROM totals),"
	" (SELECT " SAME("CAST(total(counted_sessions) AS INTEGER)")
	" FROM reports WHERE status = 'counted')),"
	" ('failures', (SELECT failures FROM totals),"
	" (SELECT count(*) FROM csv_failures)),"
	" ('repeated', (SELECT repeated FROM totals),"
	" (SELECT count(*) - count(DISTINCT body) FROM reports"
	" WHERE status = 'counted')),"
	" ('quarantined', (SELECT quarantined FROM totals),"
	" (SELECT count(*) FROM quarantine WHERE report IS NULL)))"
	" WHERE column2 <> column3"
};
/* clang-format on */

static const struct sql compare_days = {
	"SELECT date, max(a), max(b) FROM"
	" (SELECT date, reports AS a, NULL AS b FROM days UNION ALL"
	" SELECT date, NULL, reports FROM recount_days)"
	" GROUP BY date HAVING ifnull(max(a), 0) <> ifnull(max(b), 0)"
};

static const struct sql compare_daily = {
	"SELECT ifnull((SELECT cal.date FROM days AS cal WHERE cal.day = "
	"v.day),"
	" v.day) || ' ' || ifnull((SELECT s.domain || ' ' ||"
	" s.policy_type || ' of ' || s.organization FROM series AS s"
	" WHERE s.id = v.series), 'of nobody known'), max(a), max(b)"
	" FROM (SELECT day, series, " DAILY " AS a, NULL AS b"
	" FROM rollup_daily UNION ALL"
	" SELECT day, series, NULL, " DAILY
	" FROM recount_daily) AS v" COUNTABLE
	" GROUP BY v.day, v.series HAVING max(a) IS NOT max(b)"
};

static const struct sql compare_series = {
	"SELECT s.domain || ' ' || s.policy_type || ' of ' ||"
	" s.organization, s.first_day || ' to ' || s.last_day, d.day"
	" FROM rollup_daily AS d CROSS JOIN series AS s"
	" WHERE s.id = d.series"
	" AND NOT d.day BETWEEN s.first_day AND s.last_day"
};

static const struct sql compare_senders = {
	"SELECT ifnull((SELECT cal.date FROM days AS cal WHERE cal.day = "
	"v.day),"
	" v.day) || ' ' || ifnull((SELECT n.domain || ' of ' ||"
	" n.organization FROM senders AS n WHERE n.id = v.sender),"
	" 'of nobody known'), max(a), max(b)"
	" FROM (SELECT day, sender, " SENDERS " AS a, NULL AS b"
	" FROM rollup_senders UNION ALL"
	" SELECT day, sender, NULL, " SENDERS " FROM recount_senders)"
	" AS v" COUNTABLE " GROUP BY v.day, v.sender"
	" HAVING max(a) IS NOT max(b)"
};

static const struct sql compare_failures = {
	"SELECT ifnull((SELECT cal.date FROM days AS cal WHERE cal.day = "
	"v.day),"
	" v.day) || ' ' || ifnull((SELECT p.domain || ' ' ||"
	" p.result_type FROM problems AS p WHERE p.id = v.problem),"
	" 'no known problem') || ' of ' || ifnull((SELECT s.organization"
	" FROM series AS s WHERE s.id = v.series), 'nobody known'),"
	" max(a), max(b) FROM (SELECT problem, day, series, receiving_ip,"
	" " FAILURES " AS a, NULL AS b FROM rollup_failures UNION ALL"
	" SELECT problem, day, series, receiving_ip, NULL, " FAILURES
	" FROM recount_failures) AS v" COUNTABLE
	" GROUP BY v.day, v.problem, v.series, v.receiving_ip"
	" HAVING max(a) IS NOT max(b)"
};

static const struct sql compare_warnings = {
	"SELECT ifnull((SELECT cal.date FROM days AS cal WHERE cal.day = "
	"v.day),"
	" v.day) || ' ' || v.code, max(a), max(b) FROM"
	" (SELECT day, code, reports AS a, NULL AS b FROM rollup_warnings"
	" UNION ALL SELECT day, code, NULL, reports FROM recount_warnings)"
	" AS v GROUP BY v.day, v.code HAVING max(a) IS NOT max(b)"
};

static int
verify_one(struct store *st, const struct sql *compare, const char *rollup,
    store_difference_fn *tell, void *arg, struct fault *f)
{
	struct store_difference d = { .rollup = rollup };
	sqlite3_stmt *row;
	int rc = sql_ask(st, compare, NULL, 0, &row, f);

	while (rc == 1) {
		d.what = sql_column(row, 0);
		d.stored = sql_column(row, 1);
		d.counted = sql_column(row, 2);
		tell(arg, &d);
		rc = sql_next(st, row, f);
	}
	return rc;
}

int
store_verify(
    struct store *st, store_difference_fn *tell, void *arg, struct fault *f)
{
	static const struct {
		const struct sql *compare;
		const char *rollup;
	} all[] = {
		{ &compare_totals, "totals" },
		{ &compare_days, "days" },
		{ &compare_daily, "daily" },
		{ &compare_series, "series" },
		{ &compare_senders, "senders" },
		{ &compare_failures, "failures" },
		{ &compare_warnings, "warnings" },
	};
	size_t i;
	int rc = store_begin_view(st, f);

	for (i = 0; rc == 0 && i < sizeof all / sizeof *all; i++)
		rc =
		    verify_one(st, all[i].compare, all[i].rollup, tell, arg, f);
	store_end_view(st);
	return rc;
}
