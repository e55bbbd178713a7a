#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "store/sql.h"
#include "store/status.h"
#include "store/store.h"
#include "store/vouched.h"
#include "tables/metric_list.h"

/*
 * The entries of the last day's reports, added up by domain and by whether
 * somebody vouches for them; `place` ranks the domains, the worst first.  No
 * name that a stranger invents pushes out one that is vouched for.
 */
#define LAST_DAY_BY_DOMAIN                                                     \
	"WITH figures AS MATERIALIZED ("                                       \
	"SELECT p.domain AS domain, iif(r.dkim IN " VOUCHED_WORDS ","          \
	" 'verified', 'unverified') AS trust,"                                 \
	" total(p.counted_sessions) AS sessions,"                              \
	" total(p.counted_failed) AS failed"                                   \
	" FROM reports AS r CROSS JOIN policies AS p"                          \
	" WHERE r.date = (SELECT max(date) FROM days)"                         \
	" AND p.report = r.id AND p.counted = 1 GROUP BY 1, 2),"               \
	"sums AS MATERIALIZED ("                                               \
	"SELECT *, total(iif(trust = 'verified', failed, 0)) OVER d AS bad,"   \
	" total(iif(trust = 'verified', sessions, 0)) OVER d AS good,"         \
	" total(failed) OVER d AS all_bad, total(sessions) OVER d AS all_good" \
	" FROM figures WINDOW d AS (PARTITION BY domain)),"                    \
	"ranked AS MATERIALIZED ("                                             \
	"SELECT *, dense_rank() OVER (ORDER BY bad DESC, good DESC,"           \
	" all_bad DESC, all_good DESC, domain) AS place FROM sums) "

/*
 * Names are told apart by these characters alone, so that no two are printed
 * alike: one gauge that stands twice makes Prometheus refuse all of them.
 */
#define NAME_OR_OTHER(name, most)                  \
	"iif(place <= " most " AND " name " <> ''" \
	" AND " name " NOT GLOB '*[^-A-Za-z0-9._]*', " name ", 'other')"

static const struct family {
	struct metric metric;
	struct sql sql; /* a column a label, then the value */
} families[] = {
	{ { "tlsrua_newest_report_timestamp_seconds",
	      "When the newest report that counts ends.", { NULL } },
	    { "SELECT unixepoch(max(end)) FROM reports"
	      " WHERE status = 'counted'"
	      " AND date = (SELECT max(date) FROM days)" } },
	{ { "tlsrua_last_day_timestamp_seconds",
	      "When the last day begins of which reports are stored.",
	      { NULL } },
	    { "SELECT max(day) * 86400 FROM days" } },
	{ { "tlsrua_last_day_sessions",
	      "Sessions that the reports of the last day stored count.",
	      { "domain", "trust" } },
	    { LAST_DAY_BY_DOMAIN "SELECT " NAME_OR_OTHER(
		"domain", "100") ", trust,"
				 " CAST(total(sessions) AS INTEGER) FROM ranked"
				 " GROUP BY 1, 2 ORDER BY 1, 2" } },
	{ { "tlsrua_last_day_failed_sessions", "Those of them that failed.",
	      { "domain", "trust" } },
	    { LAST_DAY_BY_DOMAIN "SELECT " NAME_OR_OTHER(
		"domain", "100") ", trust,"
				 " CAST(total(failed) AS INTEGER) FROM ranked"
				 " GROUP BY 1, 2 ORDER BY 1, 2" } },
	{ { "tlsrua_last_day_findings",
	      "Failed sessions of the last day by what was found; one may be "
	      "found under several types.",
	      { "domain", "result_type", "trust" } },
	    { "WITH figures AS MATERIALIZED ("
	      "SELECT p.domain AS domain, f.result_type AS result_type,"
	      " iif(r.dkim IN " VOUCHED_WORDS ", 'verified', 'unverified')"
	      " AS trust, total(f.failed_sessions) AS failed"
	      " FROM reports AS r CROSS JOIN policies AS p"
	      " CROSS JOIN failures AS f"
	      " WHERE r.date = (SELECT max(date) FROM days)"
	      " AND p.report = r.id AND p.counted = 1"
	      " AND f.report = p.report AND f.policy = p.n GROUP BY 1, 2, 3),"
	      "ranked AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY"
	      " trust DESC, failed DESC, domain, result_type) AS place"
	      " FROM figures)"
	      "SELECT " NAME_OR_OTHER("domain",
		  "300") ","
			 " " NAME_OR_OTHER("result_type",
			     "300") ", trust,"
				    " CAST(total(failed) AS INTEGER) FROM "
				    "ranked"
				    " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3" } },
	{ { "tlsrua_problems",
	      "Causes of failures by whose they are and how they stand.",
	      { "side", "state" } },
	    { "SELECT side, state, count(*) FROM csv_problems"
	      " GROUP BY 1, 2 ORDER BY 1, 2" } },
	{ { "tlsrua_messages",
	      "Mails and files looked at, by what became of them.",
	      { "verdict" } },
	    { "SELECT verdict, count(*) FROM messages"
	      " GROUP BY 1 ORDER BY 1" } },
	{ { "tlsrua_reports",
	      "Reports stored: counted, or in conflict with one that is.",
	      { "status" } },
	    { "SELECT 'counted', reports FROM totals"
	      " UNION ALL SELECT 'conflict', conflicts FROM totals" } },
	{ { "tlsrua_quarantine_entries",
	      "What is kept in quarantine until somebody decides.", { NULL } },
	    { "SELECT quarantined FROM totals" } },
	{ { "tlsrua_quarantine_bytes", "The bytes that are kept of it.",
	      { NULL } },
	    { "SELECT quarantine_bytes FROM totals" } },
	{ { "tlsrua_waiting_mails",
	      "Mails that wait until DNS answers who signed them.", { NULL } },
	    { "SELECT count(*) FROM quarantine"
	      " WHERE code = 'dkim-temperror'" } },
};

static const struct metric size = { "tlsrua_store_bytes",
	"Size of the database file.", { NULL } };

static int
read_family(struct store *st, const struct family *family, metric_fn *give,
    void *arg, struct fault *f)
{
	const char *label[METRIC_LABELS] = { NULL };
	sqlite3_stmt *row;
	int rc = sql_ask(st, &family->sql, NULL, 0, &row, f), n;

	for (; rc == 1; rc = sql_next(st, row, f)) {
		for (n = 0;
		     n < METRIC_LABELS && family->metric.label[n] != NULL; n++)
			label[n] = sql_column(row, n);
		/* nothing to tell of an empty store */
		if (sqlite3_column_type(row, n) == SQLITE_NULL)
			continue;
		if (give(arg, &family->metric, label,
			sqlite3_column_int64(row, n), f) == -1) {
			sqlite3_reset(row);
			return -1;
		}
	}
	return rc;
}

static int
read_size(struct store *st, metric_fn *give, void *arg, struct fault *f)
{
	const char *label[METRIC_LABELS] = { NULL };
	int64_t bytes;

	if (store_size(st, &bytes, f) == -1)
		return -1;
	return give(arg, &size, label, bytes, f);
}

int
metrics_read(struct store *st, metric_fn *give, void *arg, struct fault *f)
{
	size_t i;
	int rc = store_begin_view(st, f);

	for (i = 0; rc == 0 && i < sizeof families / sizeof *families; i++)
		rc = read_family(st, &families[i], give, arg, f);
	if (rc == 0)
		rc = read_size(st, give, arg, f);
	store_end_view(st);
	return rc;
}
