#include "store/internal.h"

/* What is past 2^53 was not counted exactly from scratch. */
#define SAME(n) "min(" n ", 9007199254740992)"
#define DAILY                                                                   \
	"reports || ' ' || " SAME("successful_sessions") " || ' ' || " SAME(    \
	    "failed_sessions") " || ' ' || " SAME("counted_sessions") " || ' "  \
								      "' "      \
								      "||"      \
								      " " SAME( \
									  "co"  \
									  "un"  \
									  "te"  \
									  "d_"  \
									  "fa"  \
									  "il"  \
									  "e"   \
									  "d")
#define SENDERS                                                           \
	"reports || ' ' || " SAME("counted_sessions") " || ' ' || " SAME( \
	    "counted_failed") " || ' ' || " SAME("failed_sessions")
#define FAILURES "findings || ' ' || " SAME("failed_sessions")

/* Whether a domain is one of a list with blanks around each; "": all are. */
#define OF(domain, list) \
	"(" list " = '' OR instr(" list ", ' ' || " domain " || ' ') > 0)"

/* The domains of such a list, and whether a report is about any: most are
 * about one, which needs no look at each. */
#define ASKED                                                   \
	"asked (name, rest) AS (SELECT '', ltrim(?3) UNION ALL" \
	" SELECT substr(rest, 1, instr(rest, ' ') - 1),"        \
	" substr(rest, instr(rest, ' ') + 1) FROM asked WHERE rest <> '')"
#define OF_ASKED                                                             \
	"(instr(?3, ' ' || r.domain || ' ') > 0 OR instr(r.domain, ' ') > 0" \
	" AND EXISTS (SELECT 1 FROM asked WHERE name <> '' AND"              \
	" instr(' ' || r.domain || ' ', ' ' || name || ' ') > 0))"

/* Of a day that was pruned, too little is left to count. */
#define COUNTABLE " WHERE v.day NOT IN (SELECT day FROM days WHERE pruned = 1)"

/* ROWS_TOGETHER rows. */
#define FOUR(row) row ", " row ", " row ", " row
#define MANY(row) FOUR(FOUR(row))

/* clang-format off */
/* Past 2^62 a sum stays there. */
#define GROW(sum) \
	sum " = min(" sum " + excluded." sum ", 4611686018427387903)"

#define DAY_SERIES "(?, ?, ?, ?, ?, ?, ?)"
#define ADD_DAY_SERIES(rows) \
	"INSERT INTO rollup_daily (day, series, reports," \
	" successful_sessions, failed_sessions, counted_sessions," \
	" counted_failed) VALUES " rows " ON CONFLICT DO UPDATE SET" \
	" reports = reports + excluded.reports, " GROW("successful_sessions") \
	", " GROW("failed_sessions") ", " GROW("counted_sessions") \
	", " GROW("counted_failed")

#define DAY_SENDER "(?, ?, ?, ?, ?, ?)"
#define ADD_DAY_SENDER(rows) \
	"INSERT INTO rollup_senders (sender, day, reports," \
	" counted_sessions, counted_failed, failed_sessions) VALUES " rows \
	" ON CONFLICT DO UPDATE SET reports = reports + excluded.reports, " \
	GROW("counted_sessions") ", " GROW("counted_failed") \
	", " GROW("failed_sessions")

const char *const sql_rollups[SQL_COUNT] = {
	[SQL_OLDEST_DAY] = "SELECT day FROM days ORDER BY day LIMIT 1",
	[SQL_NEWEST_DAY] = "SELECT day FROM days ORDER BY day DESC LIMIT 1",
	[SQL_OVERVIEW_TOTALS] =
	    "SELECT quarantined, conflicts FROM totals WHERE id = 1",
	[SQL_OVERVIEW_POLL] = "SELECT max(last_good) FROM mailboxes",
	[SQL_OVERVIEW_DAYS] =
	    "SELECT n.domain, n.organization, n.reporter_domain, r.day,"
	    " r.counted_sessions, r.counted_failed"
	    " FROM senders AS n CROSS JOIN rollup_senders AS r"
	    " WHERE r.sender = n.id AND r.day BETWEEN ?1 AND ?2"
	    " AND " OF("n.domain", "?3")
	    " ORDER BY n.domain, n.organization, n.reporter_domain",
	[SQL_OVERVIEW_BEFORE] =
	    "SELECT n.domain, CAST(total(r.counted_sessions) AS INTEGER),"
	    " CAST(total(r.counted_failed) AS INTEGER)"
	    " FROM senders AS n CROSS JOIN rollup_senders AS r"
	    " WHERE r.sender = n.id AND r.day BETWEEN ?1 AND ?2"
	    " AND " OF("n.domain", "?3") " GROUP BY n.domain",
	/* how each organization sees a domain's MTA-STS policy lately; one
	 * that never finds any may not look for it */
	[SQL_OVERVIEW_POLICIES] =
	    "SELECT domain, iif(policy_type = 'sts', policy_mode, ''),"
	    " organization FROM (SELECT s.domain AS domain,"
	    " s.organization AS organization, s.policy_type AS policy_type,"
	    " s.policy_mode AS policy_mode, max(8 * d.day +"
	    " instr(' tne', substr(s.policy_mode, 1, 1)))"
	    " FROM rollup_daily AS d CROSS JOIN series AS s"
	    " WHERE s.id = d.series AND d.day BETWEEN ?1 AND ?2"
	    " AND (s.policy_type = 'sts' AND s.policy_mode <> ''"
	    " OR s.policy_type = 'no-policy-found' AND EXISTS (SELECT 1"
	    " FROM series AS x WHERE x.domain = s.domain"
	    " AND x.organization = s.organization AND x.policy_type = 'sts'))"
	    " GROUP BY s.domain, s.organization) ORDER BY 1, 2, 3",
	[SQL_OVERVIEW_NAMES] =
	    "SELECT DISTINCT s.organization"
	    " FROM rollup_failures AS f CROSS JOIN series AS s"
	    " WHERE f.problem = ?1 AND s.id = f.series"
	    " AND f.day BETWEEN ?2 AND ?3 ORDER BY 1",
	[SQL_OVERVIEW_MUTES] =
	    "SELECT problem, until, note FROM mutes WHERE until >= ?1",
	[SQL_OVERVIEW_REASONS] =
	    "SELECT p.domain, newest.receiving_mx_hostname, newest.result_type,"
	    " newest.failure_reason_code"
	    " FROM (SELECT report, policy, receiving_mx_hostname,"
	    " result_type, failure_reason_code, failed_sessions"
	    " FROM failures WHERE date BETWEEN ?1 AND ?2"
	    " ORDER BY date DESC LIMIT 20000) AS newest CROSS JOIN policies AS p"
	    " WHERE p.report = newest.report AND p.n = newest.policy"
	    " AND p.counted = 1 AND newest.failure_reason_code <> ''"
	    " GROUP BY p.domain, newest.receiving_mx_hostname,"
	    " newest.result_type, newest.failure_reason_code"
	    " ORDER BY total(newest.failed_sessions) DESC,"
	    " newest.failure_reason_code",
	[SQL_OVERVIEW_RESULTS] =
	    "SELECT b.domain, b.result_type, f.day,"
	    " CAST(total(f.failed_sessions) AS INTEGER)"
	    " FROM problems AS b CROSS JOIN rollup_failures AS f"
	    " WHERE f.problem = b.id AND f.day BETWEEN ?1 AND ?2"
	    " AND " OF("b.domain", "?3") " GROUP BY f.problem, f.day",
	[SQL_OVERVIEW_WARNINGS] =
	    "SELECT code, CAST(total(reports) AS INTEGER) AS n"
	    " FROM rollup_warnings WHERE day BETWEEN ?1 AND ?2"
	    " GROUP BY code ORDER BY n DESC, code",
	[SQL_OVERVIEW_WARNINGS_OF] =
	    "WITH RECURSIVE " ASKED ", word (code, rest) AS ("
	    " SELECT '', r.warnings || ' ' FROM reports AS r"
	    " WHERE r.date BETWEEN ?1 AND ?2 AND r.status = 'counted'"
	    " AND r.warnings <> '' AND " OF_ASKED
	    " UNION ALL SELECT substr(rest, 1, instr(rest, ' ') - 1),"
	    " substr(rest, instr(rest, ' ') + 1) FROM word WHERE rest <> '')"
	    " SELECT code, count(*) AS n FROM word WHERE code <> ''"
	    " GROUP BY code ORDER BY n DESC, code",
	[SQL_OVERVIEW_REPORTS] =
	    "SELECT CAST(total(reports) AS INTEGER) FROM days"
	    " WHERE day BETWEEN ?1 AND ?2",
	[SQL_OVERVIEW_REPORTS_OF] =
	    "WITH RECURSIVE " ASKED " SELECT count(*) FROM reports AS r"
	    " WHERE r.date BETWEEN ?1 AND ?2 AND r.status = 'counted'"
	    " AND " OF_ASKED,
	[SQL_GENERATION] = "SELECT generation FROM totals WHERE id = 1",
	[SQL_GET_RESULT_TYPE] =
	    "SELECT side, remedy FROM result_types WHERE name = ?1",
	[SQL_SET_RESULT_TYPE] =
	    "INSERT OR REPLACE INTO result_types (name, side, remedy)"
	    " VALUES (?1, ?2, ?3)",
	[SQL_GET_PROBLEM] =
	    "SELECT p.domain, p.receiving_mx_hostname, p.result_type,"
	    " ifnull(m.until, ''), ifnull(m.note, '') FROM problems AS p"
	    " LEFT JOIN mutes AS m ON m.problem = p.id WHERE p.id = ?1",
	[SQL_SET_MUTE] =
	    "INSERT OR REPLACE INTO mutes (problem, until, note)"
	    " VALUES (?1, ?2, ?3)",
	[SQL_FIND_EXPORT] =
	    "SELECT generation, options, file, parts FROM exports"
	    " WHERE dir = ?1 AND name = ?2",
	[SQL_NOTE_EXPORT] =
	    "INSERT OR REPLACE INTO exports (dir, name, generation, options,"
	    " file, parts) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",

	/* each gives what it is about, what is stored and what was
	 * counted */
	[SQL_VERIFY_DAYS] =
	    "SELECT date, max(a), max(b) FROM"
	    " (SELECT date, reports AS a, NULL AS b FROM days UNION ALL"
	    " SELECT date, NULL, reports FROM recount_days)"
	    " GROUP BY date HAVING ifnull(max(a), 0) <> ifnull(max(b), 0)",
	[SQL_VERIFY_DAILY] =
	    "SELECT ifnull((SELECT cal.date FROM days AS cal WHERE cal.day = v.day),"
	    " v.day) || ' ' || ifnull((SELECT s.domain || ' ' ||"
	    " s.policy_type || ' of ' || s.organization FROM series AS s"
	    " WHERE s.id = v.series), 'of nobody known'), max(a), max(b)"
	    " FROM (SELECT day, series, " DAILY " AS a, NULL AS b"
	    " FROM rollup_daily UNION ALL"
	    " SELECT day, series, NULL, " DAILY " FROM recount_daily) AS v"
	    COUNTABLE
	    " GROUP BY v.day, v.series HAVING max(a) IS NOT max(b)",
	[SQL_VERIFY_SERIES] =
	    "SELECT s.domain || ' ' || s.policy_type || ' of ' ||"
	    " s.organization, s.first_day || ' to ' || s.last_day, d.day"
	    " FROM rollup_daily AS d CROSS JOIN series AS s"
	    " WHERE s.id = d.series"
	    " AND NOT d.day BETWEEN s.first_day AND s.last_day",
	[SQL_VERIFY_SENDERS] =
	    "SELECT ifnull((SELECT cal.date FROM days AS cal WHERE cal.day = v.day),"
	    " v.day) || ' ' || ifnull((SELECT n.domain || ' of ' ||"
	    " n.organization FROM senders AS n WHERE n.id = v.sender),"
	    " 'of nobody known'), max(a), max(b)"
	    " FROM (SELECT day, sender, " SENDERS " AS a, NULL AS b"
	    " FROM rollup_senders UNION ALL"
	    " SELECT day, sender, NULL, " SENDERS " FROM recount_senders)"
	    " AS v" COUNTABLE " GROUP BY v.day, v.sender"
	    " HAVING max(a) IS NOT max(b)",
	[SQL_VERIFY_FAILURES] =
	    "SELECT ifnull((SELECT cal.date FROM days AS cal WHERE cal.day = v.day),"
	    " v.day) || ' ' || ifnull((SELECT p.domain || ' ' ||"
	    " p.result_type FROM problems AS p WHERE p.id = v.problem),"
	    " 'no known problem') || ' of ' || ifnull((SELECT s.organization"
	    " FROM series AS s WHERE s.id = v.series), 'nobody known'),"
	    " max(a), max(b) FROM (SELECT problem, day, series, receiving_ip,"
	    " " FAILURES " AS a, NULL AS b FROM rollup_failures UNION ALL"
	    " SELECT problem, day, series, receiving_ip, NULL, " FAILURES
	    " FROM recount_failures) AS v" COUNTABLE
	    " GROUP BY v.day, v.problem, v.series, v.receiving_ip"
	    " HAVING max(a) IS NOT max(b)",
	[SQL_VERIFY_WARNINGS] =
	    "SELECT ifnull((SELECT cal.date FROM days AS cal WHERE cal.day = v.day),"
	    " v.day) || ' ' || v.code, max(a), max(b) FROM"
	    " (SELECT day, code, reports AS a, NULL AS b FROM rollup_warnings"
	    " UNION ALL SELECT day, code, NULL, reports FROM recount_warnings)"
	    " AS v GROUP BY v.day, v.code HAVING max(a) IS NOT max(b)",
	[SQL_VERIFY_TOTALS] =
	    "SELECT column1, column2, column3 FROM (VALUES"
	    " ('messages', (SELECT messages FROM totals),"
	    " (SELECT count(*) FROM messages)),"
	    " ('reports', (SELECT reports FROM totals),"
	    " (SELECT count(*) FROM reports WHERE status = 'counted')),"
	    " ('conflicts', (SELECT conflicts FROM totals),"
	    " (SELECT count(*) FROM reports WHERE status = 'conflict')),"
	    " ('sessions', (SELECT " SAME("sessions") " FROM totals), (SELECT"
	    " " SAME("CAST(total(counted_sessions) AS INTEGER)")
	    " FROM reports WHERE status = 'counted')),"
	    " ('failures', (SELECT failures FROM totals),"
	    " (SELECT count(*) FROM csv_failures)),"
	    " ('repeated', (SELECT repeated FROM totals),"
	    " (SELECT count(*) - count(DISTINCT body) FROM reports"
	    " WHERE status = 'counted')),"
	    " ('quarantined', (SELECT quarantined FROM totals),"
	    " (SELECT count(*) FROM quarantine WHERE report IS NULL)))"
	    " WHERE column2 <> column3",
	[SQL_NEXT_GENERATION] =
	    "UPDATE totals SET generation = generation + 1 WHERE id = 1",
	[SQL_FIND_SERIES] =
	    "SELECT id FROM series WHERE domain = ?1 AND policy_domain = ?2"
	    " AND organization = ?3 AND reporter_domain = ?4"
	    " AND policy_type = ?5 AND policy_mode = ?6",
	[SQL_ADD_SERIES] =
	    "INSERT INTO series (domain, policy_domain, organization,"
	    " reporter_domain, policy_type, policy_mode)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[SQL_STRETCH_SERIES] =
	    "UPDATE series SET first_day = min(first_day, ?2),"
	    " last_day = max(last_day, ?3) WHERE id = ?1"
	    " AND (?2 < first_day OR ?3 > last_day)",
	/* what csv_mx adds up */
	[SQL_READ_FINDINGS] =
	    "SELECT cal.date, cal.week, b.domain, s.policy_type,"
	    " b.receiving_mx_hostname, f.receiving_ip, b.result_type,"
	    " s.organization, f.failed_sessions FROM days AS cal"
	    " CROSS JOIN rollup_failures AS f CROSS JOIN problems AS b"
	    " CROSS JOIN series AS s WHERE cal.date BETWEEN ?1 AND ?2"
	    " AND f.day = cal.day AND b.id = f.problem AND s.id = f.series"
	    " ORDER BY cal.date",
	[SQL_SENDER_DAYS] =
	    "SELECT day, reports, counted_sessions, counted_failed,"
	    " failed_sessions FROM rollup_senders WHERE sender = ?1 AND day BETWEEN ?2 AND ?3",
	/* policy types, mode and worst result type, as csv_domains has them */
	[SQL_DOMAIN_POLICIES] =
	    "WITH used AS MATERIALIZED (SELECT policy_type, policy_mode,"
	    " max(day) AS day FROM (SELECT s.policy_type AS policy_type,"
	    " s.policy_mode AS policy_mode, (SELECT c.day FROM days AS c"
	    " WHERE c.day BETWEEN max(s.first_day, ?2) AND min(s.last_day, ?3)"
	    " AND EXISTS (SELECT 1 FROM rollup_daily AS d"
	    " WHERE d.day = c.day AND d.series = s.id)"
	    " ORDER BY c.day DESC LIMIT 1) AS day"
	    " FROM series AS s WHERE s.domain = ?1) WHERE day IS NOT NULL"
	    " GROUP BY policy_type, policy_mode)"
	    " SELECT (SELECT group_concat(policy_type, ' ') FROM (SELECT"
	    " DISTINCT policy_type FROM used ORDER BY policy_type)),"
	    " (SELECT policy_mode FROM used WHERE policy_mode <> ''"
	    " ORDER BY day DESC, policy_mode LIMIT 1),"
	    " (SELECT b.result_type FROM problems AS b"
	    " CROSS JOIN rollup_failures AS f WHERE b.domain = ?1"
	    " AND f.problem = b.id AND f.day BETWEEN ?2 AND ?3"
	    " GROUP BY b.result_type ORDER BY b.result_type = 'not-detailed',"
	    " total(f.failed_sessions) DESC, b.result_type LIMIT 1)",
	[SQL_SERIES_NAMES] =
	    "SELECT domain, policy_domain, organization, reporter_domain,"
	    " policy_type, policy_mode FROM series WHERE id = ?1",
	[SQL_READ_SESSIONS] =
	    "SELECT series, reports, successful_sessions, failed_sessions,"
	    " counted_sessions, counted_failed FROM rollup_daily"
	    " WHERE day BETWEEN ?1 AND ?2",
	[SQL_FIND_SENDER] =
	    "SELECT id FROM senders WHERE domain = ?1 AND organization = ?2"
	    " AND reporter_domain = ?3",
	[SQL_ADD_SENDER] =
	    "INSERT INTO senders (domain, organization, reporter_domain)"
	    " VALUES (?1, ?2, ?3)",
	[SQL_FIND_PROBLEM] =
	    "SELECT id FROM problems WHERE domain = ?1"
	    " AND receiving_mx_hostname = ?2 AND result_type = ?3",
	[SQL_ADD_PROBLEM] =
	    "INSERT INTO problems (domain, receiving_mx_hostname, result_type)"
	    " VALUES (?1, ?2, ?3)",
	[SQL_ADD_DAY] =
	    "INSERT INTO days (day, date, week, monday, month, reports,"
	    " generation) SELECT ?1, date,"
	    " strftime('%Y-W', date, '-3 days', 'weekday 4') || substr('0' ||"
	    " ((strftime('%j', date, '-3 days', 'weekday 4') - 1) / 7 + 1),"
	    " -2), date(date, 'weekday 0', '-6 days'),"
	    " date(date, 'start of month'), ?2,"
	    " (SELECT generation FROM totals WHERE id = 1)"
	    " FROM (SELECT date(?1 * 86400, 'unixepoch') AS date) WHERE 1"
	    " ON CONFLICT (day) DO UPDATE SET"
	    " reports = reports + excluded.reports,"
	    " generation = excluded.generation",
	[SQL_ADD_DAY_WARNING] =
	    "INSERT INTO rollup_warnings (day, code, reports)"
	    " VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET"
	    " reports = reports + excluded.reports",
	[SQL_ADD_DAY_SERIES] = ADD_DAY_SERIES(DAY_SERIES),
	[SQL_ADD_MANY_DAY_SERIES] = ADD_DAY_SERIES(MANY(DAY_SERIES)),
	[SQL_ADD_DAY_SENDER] = ADD_DAY_SENDER(DAY_SENDER),
	[SQL_ADD_MANY_DAY_SENDER] = ADD_DAY_SENDER(MANY(DAY_SENDER)),
	[SQL_ADD_DAY_FAILURE] =
	    "INSERT INTO rollup_failures (problem, day, series, receiving_ip,"
	    " findings, failed_sessions) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
	    " ON CONFLICT DO UPDATE SET"
	    " findings = findings + excluded.findings, "
	    GROW("failed_sessions"),

	[SQL_DATE_OF_REPORT] = "SELECT date FROM reports WHERE id = ?1",
	[SQL_IS_PRUNED] =
	    "SELECT 1 FROM reports AS r CROSS JOIN days AS cal"
	    " WHERE r.id = ?1 AND cal.date = r.date AND cal.pruned = 1",
	[SQL_RECOUNT_DAY] =
	    "UPDATE days SET reports = ifnull((SELECT reports"
	    " FROM recount_days WHERE date = ?1), 0), generation ="
	    " (SELECT generation FROM totals WHERE id = 1) WHERE date = ?1",
	[SQL_RECOUNT_SERIES_NAMES] =
	    "INSERT OR IGNORE INTO series (domain, policy_domain,"
	    " organization, reporter_domain, policy_type, policy_mode)"
	    " SELECT p.domain, p.policy_domain, p.organization,"
	    " p.reporter_domain, p.policy_type, p.policy_mode"
	    " FROM reports AS r CROSS JOIN policies AS p"
	    " WHERE r.date = ?1 AND p.report = r.id AND p.counted = 1",
	[SQL_RECOUNT_SENDER_NAMES] =
	    "INSERT OR IGNORE INTO senders (domain, organization,"
	    " reporter_domain) SELECT p.domain, p.organization,"
	    " p.reporter_domain FROM reports AS r CROSS JOIN policies AS p"
	    " WHERE r.date = ?1 AND p.report = r.id AND p.counted = 1",
	[SQL_RECOUNT_PROBLEM_NAMES] =
	    "INSERT OR IGNORE INTO problems (domain, receiving_mx_hostname,"
	    " result_type) SELECT p.domain, f.receiving_mx_hostname,"
	    " f.result_type FROM reports AS r CROSS JOIN policies AS p"
	    " CROSS JOIN failures AS f WHERE r.date = ?1 AND p.report = r.id"
	    " AND p.counted = 1 AND f.report = p.report AND f.policy = p.n",
	[SQL_FORGET_SERIES] =
	    "DELETE FROM rollup_daily"
	    " WHERE day = (SELECT day FROM days WHERE date = ?1)",
	[SQL_FORGET_SENDERS] =
	    "DELETE FROM rollup_senders WHERE sender IN (SELECT id"
	    " FROM senders) AND day = (SELECT day FROM days WHERE date = ?1)",
	[SQL_FORGET_FAILURES] =
	    "DELETE FROM rollup_failures"
	    " WHERE day = (SELECT day FROM days WHERE date = ?1)",
	[SQL_FORGET_WARNINGS] =
	    "DELETE FROM rollup_warnings"
	    " WHERE day = (SELECT day FROM days WHERE date = ?1)",
	[SQL_RECOUNT_SERIES] =
	    "INSERT INTO rollup_daily (day, series, reports,"
	    " successful_sessions, failed_sessions, counted_sessions,"
	    " counted_failed) SELECT day, series, reports,"
	    " successful_sessions, failed_sessions, counted_sessions,"
	    " counted_failed FROM recount_daily WHERE date = ?1",
	[SQL_RECOUNT_SERIES_DAYS] =
	    "UPDATE series SET first_day = min(first_day, d.day),"
	    " last_day = max(last_day, d.day) FROM rollup_daily AS d"
	    " WHERE d.day = (SELECT day FROM days WHERE date = ?1)"
	    " AND series.id = d.series",
	[SQL_RECOUNT_SENDERS] =
	    "INSERT INTO rollup_senders (sender, day, reports,"
	    " counted_sessions, counted_failed, failed_sessions)"
	    " SELECT sender, day, reports, counted_sessions, counted_failed,"
	    " failed_sessions FROM recount_senders WHERE date = ?1",
	[SQL_RECOUNT_FAILURES] =
	    "INSERT INTO rollup_failures (problem, day, series, receiving_ip,"
	    " findings, failed_sessions) SELECT problem, day, series,"
	    " receiving_ip, findings, failed_sessions FROM recount_failures"
	    " WHERE date = ?1",
	[SQL_RECOUNT_WARNINGS] =
	    /* the view would look at every report: its recursion takes no
	     * date from outside */
	    "INSERT INTO rollup_warnings (day, code, reports)"
	    " WITH RECURSIVE word (code, rest) AS ("
	    " SELECT '', r.warnings || ' '"
	    " FROM reports AS r INDEXED BY reports_date"
	    " WHERE r.date = ?1 AND r.status = 'counted'"
	    " AND r.warnings <> ''"
	    " UNION ALL SELECT substr(rest, 1, instr(rest, ' ') - 1),"
	    " substr(rest, instr(rest, ' ') + 1) FROM word WHERE rest <> '')"
	    " SELECT unixepoch(?1) / 86400, code, count(*) FROM word"
	    " WHERE code <> '' GROUP BY code",
	[SQL_READ_TOLD] =
	    "SELECT kind, key, figure FROM told ORDER BY kind, key",
	[SQL_CLEAR_TOLD] = "DELETE FROM told",
	[SQL_ADD_TOLD] = "INSERT OR IGNORE INTO told (kind, key, figure)"
	    " VALUES (?1, ?2, ?3)",
};
/* clang-format on */
