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
    shared_parts_days[], shared_parts_judged[], shared_parts_senders[],
    shared_parts_witnesses[], shared_parts_all_witnesses[],
    shared_parts_before[], shared_parts_any_vouched[], shared_parts_series[],
    shared_parts_views[], shared_parts_problems[], shared_parts_failures[],
    shared_parts_mutes[], shared_parts_result_types[], shared_parts_unjudged[],
    shared_parts_reasons[], shared_parts_conflicts[], shared_parts_totals[],
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
};

enum {
	MOST_PARTS = 16
};

static const struct statement sets[SHARED_SETS][MOST_PARTS] = {
	[SHARED_BASE] = { { MIRROR_ENDS, shared_parts_ends, NULL },
	    { MIRROR_KNOWN, shared_parts_known, NULL },
	    { MIRROR_TOTALS, shared_parts_conflicts, NULL },
	    { MIRROR_POLLERS, shared_parts_pollers, T "pollers" },
	    { MIRROR_MAILBOXES, shared_parts_mailboxes, T "mailboxes" } },
	[SHARED_OVERVIEW] = { { MIRROR_DAYS, shared_parts_days, NULL },
	    { MIRROR_JUDGED, shared_parts_judged, NULL },
	    { MIRROR_SENDERS, shared_parts_senders, NULL },
	    { MIRROR_SENDERS, shared_parts_witnesses, NULL },
	    { MIRROR_SENDERS, shared_parts_before, NULL },
	    { MIRROR_SERIES, shared_parts_series, NULL },
	    { MIRROR_SERIES, shared_parts_views, NULL },
	    { MIRROR_PROBLEMS, shared_parts_problems, NULL },
	    { MIRROR_FAILURES, shared_parts_failures, NULL },
	    { MIRROR_MUTES, shared_parts_mutes, T "mutes" },
	    { MIRROR_RESULT_TYPES, shared_parts_result_types, NULL },
	    { MIRROR_UNJUDGED, shared_parts_unjudged, NULL },
	    { MIRROR_REASONS, shared_parts_reasons, NULL } },
	[SHARED_STATUS] = { { MIRROR_TOTALS, shared_parts_totals, NULL } },
	[SHARED_NEWEST] = { { MIRROR_SENDERS, shared_parts_any_vouched, NULL },
	    { MIRROR_NEWEST, shared_parts_newest, NULL } },
	[SHARED_MUTES] = { { MIRROR_PROBLEMS, shared_parts_muted, T "mutes" },
	    { MIRROR_MUTES, shared_parts_mutes, T "mutes" } },
	[SHARED_CONFLICTS] = { { MIRROR_CONFLICTS, shared_parts_in_conflict,
	    NULL } },
	[SHARED_COPIES] = { { MIRROR_CONFLICTS, shared_parts_in_conflict,
				NULL },
	    { MIRROR_COPIES, shared_parts_copies, NULL },
	    { MIRROR_PRUNED, shared_parts_pruned, NULL },
	    { MIRROR_ENTRIES, shared_parts_entries, NULL },
	    { MIRROR_FINDINGS, shared_parts_findings, NULL },
	    { MIRROR_BYTES, shared_parts_bytes, T "report_bytes" } },
	[SHARED_PROBLEM] = { { MIRROR_PROBLEMS, shared_parts_problem, NULL },
	    { MIRROR_MUTES, shared_parts_mutes, T "mutes" } },
	[SHARED_METRICS] = { { MIRROR_SENDERS, shared_parts_all_witnesses,
				 NULL },
	    { MIRROR_PROBLEMS, shared_parts_problems, NULL },
	    { MIRROR_FAILURES, shared_parts_failures, NULL },
	    { MIRROR_RESULT_TYPES, shared_parts_result_types, NULL },
	    { MIRROR_NEWEST, shared_parts_last_ends, NULL },
	    { MIRROR_LAST_SESSIONS, shared_parts_last_sessions, NULL },
	    { MIRROR_LAST_FAILURES, shared_parts_last_failures, NULL },
	    { MIRROR_TOTALS, shared_parts_totals, NULL } },
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
	struct binary_array domains = { 0 };
	char room[8];
	struct pg_value v[5];
	int rc = s->table != NULL ? may_read(p, s->table, f) : 1;

	if (rc != 1)
		return rc;
	v[0] = shared_day(scope->from);
	v[1] = shared_day(scope->to);
	v[2] = shared_texts(&domains, scope->domains, scope->n_domains);
	v[3] = shared_day(scope->now);
	v[4] = pg_int8(scope->number, room);
	rc = shared_cursor_read(p, s->select, v, 5, sink, f);
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
