#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "model/dropped_report.h"
#include "store/dropped.h"
#include "store/recount.h"
#include "store/report_tally.h"
#include "store/rollup.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "upkeep/drop_report.h"

static const struct sql select_report = {
	"SELECT organization, report_id, date, domain, counted_sessions,"
	" counted_failed, status, (SELECT count(*) FROM reports AS c"
	" WHERE r.status = 'counted' AND c.status = 'conflict'"
	" AND c.organization = r.organization AND c.report_id = r.report_id"
	" AND c.start = r.start AND c.end = r.end)"
	" FROM reports AS r WHERE id = ?1"
};

static int
find_report(struct store *st, int64_t report, struct arena *a,
    struct store_dropped *d, bool *counted, struct fault *f)
{
	struct value id = value_number(report);
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_report, &id, 1, &row, f);

	if (rc == 0)
		return fault(f, FAULT_HOST, EX_NOINPUT,
		    "report %lld: no such number; `tlsrua export -o - reports` "
		    "lists them",
		    (long long)report);
	if (rc == -1)
		return -1;
	*counted = strcmp(sql_column(row, 6), "counted") == 0;
	*d = (struct store_dropped){
		.id = report,
		.organization = sql_copy_column(a, row, 0),
		.report_id = sql_copy_column(a, row, 1),
		.date = sql_copy_column(a, row, 2),
		.domain = sql_copy_column(a, row, 3),
		.sessions = *counted ? sqlite3_column_int64(row, 4) : 0,
		.failed = *counted ? sqlite3_column_int64(row, 5) : 0,
		.conflicts = sqlite3_column_int64(row, 7),
	};
	sqlite3_reset(row);
	return 0;
}

static const struct sql select_conflict = {
	"SELECT c.id FROM reports AS r CROSS JOIN reports AS c"
	" WHERE r.id = ?1 AND c.status = 'conflict'"
	" AND c.organization = r.organization AND c.report_id = r.report_id"
	" AND c.start = r.start AND c.end = r.end LIMIT 1"
};

/* Drop a report that counts, with its figures and its copies in conflict. */
static int
drop_counted(struct store *st, const struct store_dropped *d, struct fault *f)
{
	struct value id = value_number(d->id);
	int64_t conflict;
	int rc;

	if (report_tally(st, d->id, -1, f) == -1)
		return -1;
	while ((rc = sql_number(st, &select_conflict, &id, 1, &conflict, f)) ==
	       1) {
		st->tally.conflicts--;
		if (dropped_report(st, conflict, f) == -1)
			return -1;
	}
	if (rc == -1 || dropped_report(st, d->id, f) == -1)
		return -1;
	return rollup_recount_day(st, d->date, f);
}

static const struct sql select_counted = {
	"SELECT c.id FROM reports AS r CROSS JOIN reports AS c"
	" WHERE r.id = ?1 AND c.status = 'counted'"
	" AND c.organization = r.organization AND c.report_id = r.report_id"
	" AND c.start = r.start AND c.end = r.end"
};

/* Drop a copy in conflict; the one that counts may have no other now. */
static int
drop_conflict(struct store *st, const struct store_dropped *d, struct fault *f)
{
	struct value id = value_number(d->id);
	int64_t counted = 0;

	if (sql_number(st, &select_counted, &id, 1, &counted, f) == -1)
		return -1;
	return dropped_conflict(st, d->id, counted, f);
}

int
store_drop_report(struct store *st, int64_t report, struct arena *a,
    struct store_dropped *d, struct fault *f)
{
	bool counted = false;
	int pruned;

	if (find_report(st, report, a, d, &counted, f) == -1 ||
	    (pruned = store_is_pruned(st, report, f)) == -1)
		return -1;
	if (counted && pruned == 1)
		return fault(f, FAULT_HOST, EX_DATAERR,
		    "report %lld: the details of %s were pruned, so its "
		    "figures cannot be taken out of that day",
		    (long long)report, d->date);
	return counted ? drop_counted(st, d, f) : drop_conflict(st, d, f);
}
