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

/* The statements of shared_parts.sql. */
extern const char shared_parts_ends[], shared_parts_known[],
    shared_parts_days[], shared_parts_judged[], shared_parts_reporters[],
    shared_parts_any_vouched[], shared_parts_views[], shared_parts_problems[],
    shared_parts_domain_days[], shared_parts_listed_problems[],
    shared_parts_listed_failures[], shared_parts_other_failures[],
    shared_parts_mutes[], shared_parts_unjudged[], shared_parts_reasons[],
    shared_parts_conflicts[], shared_parts_totals[], shared_parts_own_totals[],
    shared_parts_newest[], shared_parts_last_ends[],
    shared_parts_last_sessions[], shared_parts_last_failures[],
    shared_parts_muted[], shared_parts_in_conflict[], shared_parts_pollers[],
    shared_parts_mailboxes[], shared_parts_copies[], shared_parts_pruned[],
    shared_parts_entries[], shared_parts_findings[], shared_parts_bytes[],
    shared_parts_problem[];

#define T "tlsrua."

struct statement {
	enum mirror_part part;
	const char *select;
	const char *table; /* that a tenant may not read; NULL: none */
	const char *own;   /* what it reads in its place; NULL: nothing */
};

#define ALL(part, select)                \
	{                                \
		part, select, NULL, NULL \
	}
#define NOT_TENANTS(part, select, table)    \
	{                                   \
		part, select, T table, NULL \
	}
#define TOTALS                                                       \
	{                                                            \
		MIRROR_TOTALS, shared_parts_totals, T "rollup_days", \
		    shared_parts_own_totals                          \
	}

enum {
	MOST_PARTS = 16
};

static const struct statement sets[SHARED_SETS][MOST_PARTS] = {
	[SHARED_BASE] = { ALL(MIRROR_ENDS, shared_parts_ends),
	    ALL(MIRROR_KNOWN, shared_parts_known),
	    ALL(MIRROR_TOTALS, shared_parts_conflicts),
	    NOT_TENANTS(MIRROR_POLLERS, shared_parts_pollers, "pollers"),
	    NOT_TENANTS(
		MIRROR_MAILBOXES, shared_parts_mailboxes, "mailboxes") },
	[SHARED_OVERVIEW] = { ALL(MIRROR_DAYS, shared_parts_days),
	    ALL(MIRROR_JUDGED, shared_parts_judged),
	    ALL(MIRROR_REPORTERS, shared_parts_reporters),
	    ALL(MIRROR_SERIES, shared_parts_views),
	    ALL(MIRROR_PROBLEM_ROWS, shared_parts_problems),
	    NOT_TENANTS(MIRROR_MUTES, shared_parts_mutes, "mutes"),
	    ALL(MIRROR_UNJUDGED, shared_parts_unjudged),
	    ALL(MIRROR_REASONS, shared_parts_reasons) },
	[SHARED_LISTED] = { ALL(MIRROR_DOMAIN_DAYS, shared_parts_domain_days),
	    ALL(MIRROR_PROBLEMS, shared_parts_listed_problems),
	    ALL(MIRROR_FAILURES, shared_parts_listed_failures),
	    ALL(MIRROR_OTHER_FAILURES, shared_parts_other_failures) },
	[SHARED_STATUS] = { TOTALS },
	[SHARED_NEWEST] = { ALL(MIRROR_SENDERS, shared_parts_any_vouched),
	    ALL(MIRROR_NEWEST, shared_parts_newest) },
	[SHARED_MUTES] = { NOT_TENANTS(
			       MIRROR_PROBLEMS, shared_parts_muted, "mutes"),
	    NOT_TENANTS(MIRROR_MUTES, shared_parts_mutes, "mutes") },
	[SHARED_CONFLICTS] = { ALL(
	    MIRROR_CONFLICTS, shared_parts_in_conflict) },
	[SHARED_COPIES] = { ALL(MIRROR_CONFLICTS, shared_parts_in_conflict),
	    ALL(MIRROR_COPIES, shared_parts_copies),
	    ALL(MIRROR_PRUNED, shared_parts_pruned),
	    ALL(MIRROR_ENTRIES, shared_parts_entries),
	    ALL(MIRROR_FINDINGS, shared_parts_findings),
	    NOT_TENANTS(MIRROR_BYTES, shared_parts_bytes, "report_bytes") },
	[SHARED_PROBLEM] = { ALL(MIRROR_PROBLEMS, shared_parts_problem),
	    NOT_TENANTS(MIRROR_MUTES, shared_parts_mutes, "mutes") },
	[SHARED_METRICS] = { ALL(MIRROR_PROBLEM_ROWS, shared_parts_problems),
	    ALL(MIRROR_NEWEST, shared_parts_last_ends),
	    ALL(MIRROR_LAST_SESSIONS, shared_parts_last_sessions),
	    ALL(MIRROR_LAST_FAILURES, shared_parts_last_failures), TOTALS },
};

int
shared_part(enum shared_set set, size_t i, enum mirror_part *part)
{
	if (i == MOST_PARTS || sets[set][i].select == NULL)
		return 0;
	*part = sets[set][i].part;
	return 1;
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
	struct binary_array domains = { 0 }, listed = { 0 }, problems = { 0 };
	char room[8];
	struct pg_value v[7];
	int rc = s->table != NULL ? may_read(p, s->table, f) : 1;
	const char *select = rc == 1 ? s->select : s->own;

	if (rc == -1 || select == NULL)
		return rc;
	v[0] = shared_day(scope->from);
	v[1] = shared_day(scope->to);
	v[2] = shared_texts(&domains, scope->domains, scope->n_domains);
	v[3] = shared_day(scope->now);
	v[4] = pg_int8(scope->number, room);
	v[5] = shared_texts(
	    &listed, scope->listed.domains, scope->listed.n_domains);
	v[6] = shared_numbers(
	    &problems, scope->listed.problems, scope->listed.n_problems);
	rc = shared_cursor_read(p, select, v, 7, sink, f);
	buf_free(&domains.bytes);
	buf_free(&listed.bytes);
	buf_free(&problems.bytes);
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
