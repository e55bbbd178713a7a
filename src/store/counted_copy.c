#include <stdint.h>

#include "store/counted_copy.h"
#include "store/recount.h"
#include "store/report_tally.h"
#include "store/sql.h"
#include "store/store_private.h"

static const struct sql update_status = {
	"UPDATE reports SET status = ?2 WHERE id = ?1"
};

static const struct sql update_counted = {
	"UPDATE policies SET counted = ?2 AND skipped = 0"
	" WHERE report = ?1"
};

/* Make a report count, or be in conflict. */
static int
set_counted(struct store *st, int64_t report, bool counted, struct fault *f)
{
	struct value status[] = { value_number(report),
		value_text(counted ? "counted" : "conflict") };
	struct value flag[] = { value_number(report), value_number(counted) };

	if (report_tally(st, report, counted ? 1 : -1, f) == -1 ||
	    sql_run(st, &update_status, status, 2, f) == -1)
		return -1;
	return sql_run(st, &update_counted, flag, 2, f);
}

static const struct sql update_entry = {
	"UPDATE quarantine SET report = ?2,"
	" message = (SELECT message FROM reports WHERE id = ?2),"
	" (size, kept) = (SELECT ifnull(max(length(bytes)), 0), count(*)"
	" FROM report_bytes WHERE report = ?2) WHERE id = ?1"
};

int
counted_copy_swap(struct store *st, int64_t quarantined, int64_t counted,
    int64_t conflict, struct fault *f)
{
	struct value v[] = { value_number(quarantined), value_number(counted) };

	/* the counted one first, for there is never more than one */
	if (set_counted(st, counted, false, f) == -1 ||
	    set_counted(st, conflict, true, f) == -1 ||
	    rollup_recount(st, conflict, f) == -1)
		return -1;
	return sql_run(st, &update_entry, v, 2, f);
}
