#include <stdint.h>

#include "store/dropped.h"
#include "store/outbox.h"
#include "store/recount.h"
#include "store/reports.h"
#include "store/sql.h"
#include "store/store_private.h"

static const struct sql insert_dropped = {
	"INSERT OR IGNORE INTO dropped (organization, report_id, start, end,"
	" content, dropped) SELECT organization, report_id, start, end,"
	" content, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')"
	" FROM reports WHERE id = ?1"
};

static const struct sql delete_report = { "DELETE FROM reports WHERE id = ?1" };

int
dropped_report(struct store *st, int64_t report, struct fault *f)
{
	struct value id = value_number(report);

	if (sql_run(st, &insert_dropped, &id, 1, f) == -1 ||
	    outbox_tell(st, OUTBOX_DROP, report, f) == -1)
		return -1;
	return sql_run(st, &delete_report, &id, 1, f);
}

/* With the last contradiction gone. */
static const struct sql update_unwarned = {
	"UPDATE reports AS r SET warnings = trim(replace(' ' || warnings"
	" || ' ', ' " REPORT_ID_CONFLICT " ', ' ')) WHERE id = ?1"
	" AND NOT EXISTS (SELECT 1 FROM reports AS c"
	" WHERE c.status = 'conflict'"
	" AND c.organization = r.organization"
	" AND c.report_id = r.report_id"
	" AND c.start = r.start AND c.end = r.end)"
};

int
dropped_conflict(
    struct store *st, int64_t report, int64_t counted, struct fault *f)
{
	struct value other = value_number(counted);

	st->tally.conflicts--;
	if (dropped_report(st, report, f) == -1 ||
	    sql_run(st, &update_unwarned, &other, 1, f) == -1)
		return -1;
	return rollup_recount_warnings(st, counted, f);
}
