#include <libpq-fe.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/row.h"
#include "postgresql/binary_array.h"
#include "postgresql/connection.h"
#include "postgresql/shared_cursor.h"
#include "postgresql/shared_filter.h"
#include "postgresql/shared_parts.h"
#include "tables/mirror.h"

enum {
	MOST_COLUMNS = 16
};

/*
 * Statements of the parts.  Their parameters: $1 and $2 the first and the last
 * day of the range, $3 the domains, or NULL for all, $4 the present time.
 */
#define T "tlsrua."
#define IN_RANGE(date) date " BETWEEN $1::date AND $2::date"
#define ASKED(domain) "($3::text[] IS NULL OR " domain " = ANY ($3::text[]))"
#define DAY(date) "(" date " - DATE '1970-01-01')::int8"
#define NEWEST "(SELECT max(x.date) FROM " T "reports AS x)"
#define UTC(time)                               \
	"to_char(" time " AT TIME ZONE 'UTC', " \
	"'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

/* The first of as many days before the range. */
#define BEFORE "$1::date - ($2::date - $1::date + 1)"

/* The problems that were seen on those days. */
#define SEEN                                                                \
	"seen AS MATERIALIZED (SELECT DISTINCT f.problem, f.domain FROM " T \
	"by_problem AS f WHERE " IN_RANGE("f.date") " AND " ASKED(          \
	    "f.domain") ") "

/* The week of which overviews tell how reporters see a policy. */
#define IN_WEEK(date) date " BETWEEN $2::date - 6 AND $2::date"
#define TELLS_POLICY(p)                                          \
	"(" p ".policy_type = 'sts' AND " p ".policy_mode <> ''" \
	" OR " p ".policy_type = 'no-policy-found')"

/* The domains whose policy was seen in more than one way. */
#define DIFFERING                                                             \
	"differing AS MATERIALIZED (SELECT b.domain FROM " T                  \
	"by_domain AS b WHERE " IN_WEEK("b.date") " AND " ASKED(              \
	    "b.domain") " AND " TELLS_POLICY("b") " GROUP BY b.domain"        \
						  " HAVING count(DISTINCT "   \
						  "CASE b.policy_type WHEN "  \
						  "'sts'"                     \
						  " THEN b.policy_mode ELSE " \
						  "'' END) > 1) "

static const char ends[] =
    "SELECT e.date::text FROM (SELECT min(r.date) FROM " T "reports AS r"
    " UNION SELECT max(r.date) FROM " T "reports AS r) AS e (date)"
    " WHERE e.date IS NOT NULL";

static const char known[] = "SELECT DISTINCT s.domain FROM " T "senders AS s"
			    " WHERE s.domain = ANY ($3::text[])";

static const char days[] =
    "SELECT d.date::text FROM (SELECT $1::date + i AS date"
    " FROM generate_series(0, $2::date - $1::date) AS i) AS d"
    " WHERE EXISTS (SELECT 1 FROM " T "reports AS r WHERE r.date = d.date)";

/*
 * Those of the range that are about the domains, and those of the last thirty
 * days of all: a row for each kind, dated so that it is in the range and in
 * these days exactly if its reports are.
 */
static const char judged[] =
    "WITH contested AS MATERIALIZED (SELECT DISTINCT c.date, c.identity"
    " FROM " T "reports AS c WHERE c.status = 'conflict'"
    " AND " IN_RANGE(
	"c.date") "), report AS (SELECT r.*,"
		  " c.date IS NOT NULL AS contested, r.date > " NEWEST
		  " - 30 AS lately,"
		  " " IN_RANGE(
		      "r.date") " AND ($3::text[] IS NULL"
				" OR string_to_array(r.domain, ' ') && "
				"$3::text[]"
				" OR r.domain LIKE '% more' AND EXISTS (SELECT "
				"1 FROM " T "policies AS p WHERE p.date = "
				"r.date AND p.report = r.id"
				" AND p.domain = ANY ($3::text[]) AND NOT "
				"p.skipped)) AS own"
				" FROM " T
				"reports AS r LEFT JOIN contested AS c"
				" ON c.date = r.date AND c.identity = "
				"r.identity"
				" WHERE r.status = 'counted' AND r.date >= "
				"least($1::date,"
				" " NEWEST " - 29)), kind AS (SELECT r.date, "
				"r.own, r.lately, r.dkim,"
				" CASE WHEN r.own THEN r.organization ELSE '' "
				"END AS organization,"
				" CASE WHEN r.own THEN r.reporter_domain ELSE "
				"'' END AS"
				" reporter_domain, CASE WHEN r.own THEN "
				"r.dkim_domain ELSE '' END AS"
				" dkim_domain, CASE WHEN r.own THEN "
				"concat_ws(' ',"
				" nullif(r.warnings, ''), CASE WHEN r.vouched "
				"= 0 AND r.dkim <> ''"
				" THEN 'unauthenticated' END, CASE WHEN "
				"r.contested"
				" THEN 'report-id-conflict' END) ELSE '' END "
				"AS warnings"
				" FROM report AS r WHERE r.own OR r.lately)"
				" SELECT min(k.date)::text, k.organization, "
				"k.reporter_domain,"
				" CASE WHEN k.own THEN "
				"coalesce(($3::text[])[1], '') ELSE '' END,"
				" k.dkim, k.dkim_domain, k.warnings, count(*) "
				"FROM kind AS k"
				" GROUP BY k.own, k.lately, " IN_RANGE(
				    "k.date") ", k.organization,"
					      " k.reporter_domain, k.dkim, "
					      "k.dkim_domain, k.warnings";

/* Each sender's days, counted from the entries. */
#define SENDERS                                                              \
	"SELECT s.domain, s.organization, s.reporter_domain, " DAY(          \
	    "s.date") ", count(*) FILTER (WHERE s.of_sender),"               \
		      " " T "whole(sum(s.counted_sessions)),"                \
		      " " T "whole(sum(s.counted_failed)),"                  \
		      " " T "whole(sum(s.failed_sessions)),"                 \
		      " count(*) FILTER (WHERE s.of_sender AND s.verified)," \
		      " " T "whole(coalesce(sum(s.counted_sessions)"         \
		      " FILTER (WHERE s.verified), 0)),"                     \
		      " " T "whole(coalesce(sum(s.counted_failed)"           \
		      " FILTER (WHERE s.verified), 0)) FROM " T              \
		      "policies AS s"
#define BY_NAME                                                         \
	" GROUP BY s.domain, s.organization, s.reporter_domain, s.date" \
	" ORDER BY s.domain, s.organization, s.reporter_domain, s.date"

static const char senders[] = SENDERS " WHERE s.counted AND " IN_RANGE(
    "s.date") " AND " ASKED("s.domain") BY_NAME;

/*
 * Of domains with problems all days since the first began, for what became of
 * them is seen by who reported.
 */
static const char witnesses[] =
    "WITH " SEEN ", life AS MATERIALIZED (SELECT f.domain, least("
    "min(f.date), " BEFORE ") AS first"
    " FROM seen AS n JOIN " T "by_problem AS f ON f.problem = n.problem"
    " GROUP BY f.domain) " SENDERS " JOIN life AS l ON s.domain = l.domain"
    " AND s.date >= l.first WHERE s.counted AND NOT " IN_RANGE("s.date")
	BY_NAME;

/* The same of all that ever had any. */
static const char all_witnesses[] =
    SENDERS " WHERE s.counted AND s.domain IN (SELECT b.domain FROM " T
	    "problems AS b)" BY_NAME;

/* Of the others the days before the range, as many, added up on the last. */
static const char before[] = "WITH " SEEN "SELECT b.domain, '', '', " DAY(
    "$1::date - 1") ", 0::int8,"
		    " " T "whole(sum(b.counted_sessions)), " T
		    "whole(sum(b.counted_failed)),"
		    " 0::int8, 0::int8, 0::int8, 0::int8 FROM " T
		    "by_domain AS b"
		    " WHERE b.date BETWEEN " BEFORE " AND $1::date - 1"
		    " AND " ASKED(
			"b.domain") " AND b.domain NOT IN (SELECT n.domain"
				    " FROM seen AS n) GROUP BY b.domain";

/* One row says that there is any. */
static const char any_vouched[] =
    "SELECT '', '', '', 0::int8, 1::int8, 0::int8, 0::int8, 0::int8, 1::int8,"
    " 0::int8, 0::int8 WHERE EXISTS (SELECT 1 FROM " T "policies AS p"
    " WHERE p.counted AND p.verified)";

/* Of all reporters together, but for what `views` gives one by one. */
static const char series[] =
    "WITH " DIFFERING "SELECT b.domain, '', '', b.policy_type, b.policy_mode,"
    " " DAY(
	"max(b.date)") ", " T "whole(sum(b.successful_sessions)),"
		       " " T "whole(sum(b.failed_sessions)) FROM " T
		       "by_domain AS b"
		       " WHERE " IN_RANGE("b.date") " AND " ASKED(
			   "b.domain") " AND NOT (" TELLS_POLICY("b") " AND "
								      "b.date "
								      "> "
								      "$2::"
								      "date - 7"
								      " AND "
								      "b."
								      "domain "
								      "IN "
								      "(SELECT "
								      "d."
								      "domain "
								      "FROM "
								      "differin"
								      "g AS d))"
								      " GROUP "
								      "BY "
								      "b."
								      "domain, "
								      "b."
								      "policy_"
								      "type, "
								      "b."
								      "policy_"
								      "mode";

/*
 * Who found no policy counts if it ever found one, of which a row tells that is
 * of no day.
 */
static const char views[] =
    "WITH " DIFFERING ", view AS MATERIALIZED (SELECT p.domain,"
    " p.organization, p.policy_type, p.policy_mode, max(p.date) AS date"
    " FROM differing AS d JOIN " T "policies AS p ON p.domain = d.domain"
    " WHERE " IN_WEEK("p.date") " AND p.counted AND " TELLS_POLICY(
	"p") " GROUP BY p.domain, p.organization, p.policy_type, p.policy_mode)"
	     " SELECT v.domain, v.organization, '', v.policy_type, "
	     "v.policy_mode,"
	     " " DAY(
		 "v.date") ", 0::int8, 0::int8 FROM view AS v"
			   " UNION ALL SELECT DISTINCT v.domain, "
			   "v.organization, '', 'sts', '',"
			   " -1000000::int8, 0::int8, 0::int8 FROM view AS v"
			   " WHERE v.policy_type = 'no-policy-found' AND "
			   "EXISTS (SELECT 1 FROM " T
			   "policies AS x WHERE x.domain = v.domain"
			   " AND x.organization = v.organization AND "
			   "x.policy_type = 'sts'"
			   " AND x.counted)";

static const char problems[] =
    "WITH " SEEN "SELECT b.id, b.domain, b.receiving_mx_hostname,"
    " b.result_type FROM seen AS n JOIN " T "problems AS b"
    " ON b.id = n.problem ORDER BY b.id";

static const char failures[] =
    "WITH " SEEN "SELECT f.domain, f.organization, f.reporter_domain,"
    " f.policy_type, f.policy_mode, f.receiving_ip, f.problem,"
    " " DAY("f.date") ", f.findings, f.failed_sessions, f.verified_findings"
		      " FROM seen AS n JOIN " T
		      "by_problem AS f ON f.problem = n.problem"
		      " ORDER BY f.domain, f.organization, f.reporter_domain, "
		      "f.policy_type,"
		      " f.policy_mode";

static const char mutes[] =
    "SELECT m.problem, m.until::text, m.note FROM " T "mutes AS m";

static const char result_types[] =
    "SELECT t.name, t.side, t.remedy FROM " T "result_types AS t";

/* They are told apart where others are vouched for. */
static const char unjudged[] =
    "SELECT least($2::date, " NEWEST ")::text, p.domain, p.organization,"
    " " T "whole(sum(p.counted_sessions)), " T "whole(sum(p.counted_failed))"
    " FROM " T "reports AS r JOIN " T "policies AS p ON p.date = r.date"
    " AND p.report = r.id WHERE " IN_RANGE(
	"r.date") " AND r.dkim = ''"
		  " AND r.status = 'counted' AND p.counted AND " ASKED(
		      "p.domain") " AND EXISTS (SELECT 1 FROM " T
				  "reports AS v WHERE v.vouched >= 2"
				  " AND v.status = 'counted' AND " IN_RANGE(
				      "v.date") ")"
						" GROUP BY p.domain, "
						"p.organization";

static const char reasons[] =
    "SELECT f.domain, f.receiving_mx_hostname, f.result_type,"
    " f.failure_reason_code, $2, " T "whole(sum(f.failed_sessions))"
    " FROM (SELECT * FROM " T "failures AS x WHERE " IN_RANGE(
	"x.date") " ORDER BY x.date DESC, x.report DESC LIMIT 20000) AS f"
		  " WHERE f.counted AND f.failure_reason_code <> '' GROUP BY "
		  "f.domain,"
		  " f.receiving_mx_hostname, f.result_type, "
		  "f.failure_reason_code"
		  " ORDER BY f.domain";

static const char conflicts[] =
    "SELECT 0::int8, count(*), 0::int8, 0::int8 FROM " T "reports AS r"
    " WHERE r.status = 'conflict'";

/* What was pruned of failures is in the rollups alone. */
static const char totals[] =
    "SELECT (SELECT count(*) FROM " T "reports AS r"
    " WHERE r.status = 'counted'), (SELECT count(*) FROM " T "reports AS r"
    " WHERE r.status = 'conflict'), (SELECT coalesce(" T
    "whole(sum(b.counted_sessions)), 0) FROM " T "by_domain AS b),"
    " (SELECT coalesce(sum(f.findings), 0)::int8 FROM " T "by_problem AS f"
    " WHERE f.date >= " T "pruned_before())";

/* The last day on which a report counts that passes. */
#define LAST(passes)                                 \
	"(SELECT max(x.date) FROM " T "reports AS x" \
	" WHERE x.status = 'counted' AND (" passes "))"
#define ENDS_OF(end)                         \
	"SELECT r.date::text, r.dkim, " UTC( \
	    "max(" end                       \
	    ")") " FROM " T                  \
		 "reports AS r WHERE r.status = 'counted' AND r.date"

static const char newest[] =
    ENDS_OF("CASE WHEN r.\"end\" > $4::timestamptz THEN r.start"
	    " ELSE r.\"end\" END") " IN (" LAST("true") ", " LAST("x.dkim = '' "
								  "OR "
								  "x.vouched "
								  ">= 2") ") "
									  "GROU"
									  "P "
									  "BY "
									  "r."
									  "date"
									  ", "
									  "r."
									  "dki"
									  "m";

static const char last_ends[] =
    ENDS_OF("r.\"end\"") " = " NEWEST " GROUP BY r.date, r.dkim";

#define TRUST(row) "CASE WHEN " row ".verified THEN 'pass' ELSE '' END"

static const char last_sessions[] = "SELECT " TRUST(
    "p") ", p.date::text, p.domain,"
	 " " T "whole(sum(p.counted_sessions)), " T
	 "whole(sum(p.counted_failed))"
	 " FROM " T "policies AS p WHERE p.counted AND p.date = " NEWEST
	 " GROUP BY p.verified, p.date, p.domain ORDER BY p.verified";

static const char last_failures[] = "SELECT " TRUST("f") ", f.domain, " TRUST(
    "f") ", f.result_type,"
	 " " T "whole(sum(f.failed_sessions)) FROM " T "failures AS f"
	 " WHERE f.counted AND f.date = " NEWEST
	 " GROUP BY f.verified, f.domain, f.result_type"
	 " ORDER BY f.verified, f.domain";

static const char muted[] =
    "SELECT b.id, b.domain, b.receiving_mx_hostname, b.result_type FROM " T
    "mutes AS m JOIN " T "problems AS b ON b.id = m.problem";

static const char in_conflict[] =
    "SELECT r.source, r.message_id, coalesce(" UTC(
	"r.received") ", ''), r.id"
		      " FROM " T
		      "reports AS r WHERE r.status = 'conflict' ORDER BY r.id";

static const char pollers[] =
    "SELECT coalesce(sum(p.messages), 0)::int8,"
    " coalesce(sum(p.quarantined), 0)::int8,"
    " coalesce(sum(p.quarantine_bytes), 0)::int8 FROM " T "pollers AS p";

/* Behind the poller's name where there is more than one. */
static const char mailboxes[] =
    "SELECT CASE WHEN (SELECT count(*) FROM " T "pollers) > 1"
    " THEN j.name || ': ' || m.mailbox ELSE m.mailbox END, m.folder,"
    " m.uidvalidity, m.uid, " UTC("m.last_poll") ", " UTC(
	"m.last_good") ","
		       " m.status, m.error, m.messages, m.reports, m.duration"
		       " FROM " T "mailboxes AS m JOIN " T
		       "journals AS j ON j.id = m.journal";

struct statement {
	enum mirror_part part;
	const char *select;
	const char *table; /* that a tenant may not read; NULL: none */
};

enum {
	MOST_PARTS = 16
};

static const struct statement sets[SHARED_SETS][MOST_PARTS] = {
	[SHARED_BASE] = { { MIRROR_ENDS, ends, NULL },
	    { MIRROR_KNOWN, known, NULL }, { MIRROR_TOTALS, conflicts, NULL },
	    { MIRROR_POLLERS, pollers, T "pollers" },
	    { MIRROR_MAILBOXES, mailboxes, T "mailboxes" } },
	[SHARED_OVERVIEW] = { { MIRROR_DAYS, days, NULL },
	    { MIRROR_JUDGED, judged, NULL }, { MIRROR_SENDERS, senders, NULL },
	    { MIRROR_SENDERS, witnesses, NULL },
	    { MIRROR_SENDERS, before, NULL }, { MIRROR_SERIES, series, NULL },
	    { MIRROR_SERIES, views, NULL }, { MIRROR_PROBLEMS, problems, NULL },
	    { MIRROR_FAILURES, failures, NULL },
	    { MIRROR_MUTES, mutes, T "mutes" },
	    { MIRROR_RESULT_TYPES, result_types, NULL },
	    { MIRROR_UNJUDGED, unjudged, NULL },
	    { MIRROR_REASONS, reasons, NULL } },
	[SHARED_STATUS] = { { MIRROR_TOTALS, totals, NULL } },
	[SHARED_NEWEST] = { { MIRROR_SENDERS, any_vouched, NULL },
	    { MIRROR_NEWEST, newest, NULL } },
	[SHARED_MUTES] = { { MIRROR_PROBLEMS, muted, T "mutes" },
	    { MIRROR_MUTES, mutes, T "mutes" } },
	[SHARED_CONFLICTS] = { { MIRROR_CONFLICTS, in_conflict, NULL } },
	[SHARED_METRICS] = { { MIRROR_SENDERS, all_witnesses, NULL },
	    { MIRROR_PROBLEMS, problems, NULL },
	    { MIRROR_FAILURES, failures, NULL },
	    { MIRROR_RESULT_TYPES, result_types, NULL },
	    { MIRROR_NEWEST, last_ends, NULL },
	    { MIRROR_LAST_SESSIONS, last_sessions, NULL },
	    { MIRROR_LAST_FAILURES, last_failures, NULL },
	    { MIRROR_TOTALS, totals, NULL } },
};

int
shared_part(enum shared_set set, size_t i, enum mirror_part *part)
{
	if (i == MOST_PARTS || sets[set][i].select == NULL)
		return 0;
	*part = sets[set][i].part;
	return 1;
}

static void
fill_cell(struct cell *cell, const PGresult *r, int row, int i)
{
	*cell = (struct cell){ .null = PQgetisnull(r, row, i) == 1 };
	if (PQftype(r, i) == PG_INT8) {
		cell->number = cell->null ? 0 : pg_column_int(r, row, i);
		return;
	}
	cell->text = pg_column_bytes(r, row, i);
	cell->len = (size_t)PQgetlength(r, row, i);
}

static int
give_rows(void *arg, const PGresult *r, struct fault *f)
{
	const struct row_sink *sink = arg;
	struct cell cells[MOST_COLUMNS];
	int row, i, n = PQntuples(r), columns = PQnfields(r);

	for (row = 0; row < n; row++) {
		for (i = 0; i < columns && i < MOST_COLUMNS; i++)
			fill_cell(&cells[i], r, row, i);
		if (sink->row(sink->arg, cells, (size_t)i, f) == -1)
			return -1;
	}
	return 0;
}

/* 1 when the role may read a table, 0, or -1. */
static int
may_read(struct pg *p, const char *table, struct fault *f)
{
	struct pg_value v = pg_text(table);
	PGresult *result =
	    pg_ask(p, "SELECT has_table_privilege($1, 'SELECT')", &v, 1, f);
	int may;

	if (result == NULL)
		return -1;
	may = pg_column_int(result, 0, 0) != 0;
	PQclear(result);
	return may;
}

int
shared_part_read(struct pg *p, enum shared_set set, size_t i,
    const struct shared_scope *scope, const struct row_sink *sink,
    struct fault *f)
{
	const struct statement *s = &sets[set][i];
	struct binary_array domains = { 0 };
	struct row_sink rows = *sink;
	struct pg_value v[4];
	int rc = s->table != NULL ? may_read(p, s->table, f) : 1;

	if (rc != 1)
		return rc;
	v[0] = shared_day(scope->from);
	v[1] = shared_day(scope->to);
	v[2] = shared_texts(&domains, scope->domains, scope->n_domains);
	v[3] = shared_day(scope->now);
	rc = shared_cursor_read(p, s->select, v, 4, give_rows, &rows, f);
	buf_free(&domains.bytes);
	return rc;
}

/* The one number that a statement gives. */
static int
read_number(struct pg *p, const char *sql, int64_t *number, struct fault *f)
{
	PGresult *result = pg_ask(p, sql, NULL, 0, f);

	if (result == NULL)
		return -1;
	*number = pg_column_int(result, 0, 0);
	PQclear(result);
	return 0;
}

int
shared_unshipped(struct pg *p, int64_t *reports, struct fault *f)
{
	int may = may_read(p, T "unshipped", f);

	*reports = 0;
	if (may != 1)
		return may;
	return read_number(
	    p, "SELECT count(*) FROM " T "unshipped", reports, f);
}

int
shared_size(struct pg *p, int64_t *bytes, struct fault *f)
{
	return read_number(p,
	    "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8"
	    " FROM pg_class AS c WHERE c.relkind = 'r'"
	    " AND c.relnamespace = 'tlsrua'::regnamespace",
	    bytes, f);
}
