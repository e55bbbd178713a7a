#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"
#include "base/utc.h"
#include "model/report_copy.h"
#include "model/tls_report.h"
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
	"UPDATE quarantine SET report = ?1,"
	" message = (SELECT message FROM reports WHERE id = ?1),"
	" (size, kept) = (SELECT ifnull(max(length(bytes)), 0), count(*)"
	" FROM report_bytes WHERE report = ?1) WHERE report = ?2"
};

/* A mail with a report in conflict is never deleted at an age. */
static const struct sql update_settled = {
	"UPDATE messages SET settled = 1"
	" WHERE id = (SELECT message FROM reports WHERE id = ?1)"
};

static int
swap(struct store *st, int64_t counted, int64_t conflict, struct fault *f)
{
	struct value v[] = { value_number(counted), value_number(conflict) };

	/* the counted one first, for there is never more than one */
	if (set_counted(st, counted, false, f) == -1 ||
	    set_counted(st, conflict, true, f) == -1 ||
	    rollup_recount_later(st, conflict, f) == -1 ||
	    sql_run(st, &update_settled, v, 1, f) == -1)
		return -1;
	return sql_run(st, &update_entry, v, 2, f);
}

#define COPY                                                     \
	"SELECT r.id, r.decided, ifnull(r.arrived, m.received)," \
	" r.dkim, r.content"

static const struct sql select_copy = { COPY
	" FROM reports AS r CROSS JOIN messages AS m"
	" WHERE r.id = ?1 AND m.id = r.message" };

static const struct sql select_conflicts = { COPY
	" FROM reports AS k CROSS JOIN reports AS r"
	" CROSS JOIN messages AS m WHERE k.id = ?1"
	" AND r.status = 'conflict' AND r.organization = k.organization"
	" AND r.report_id = k.report_id AND r.start = k.start"
	" AND r.end = k.end AND m.id = r.message" };

/* A copy and its number. */
struct numbered {
	int64_t id;
	struct report_copy copy;
};

static bool
read_time(sqlite3_stmt *row, int column, int64_t *t)
{
	unsigned deviation;

	return utc_parse(span_of(sql_column(row, column)), t, &deviation) == 0;
}

static void
read_copy(struct numbered *n, sqlite3_stmt *row)
{
	n->id = sqlite3_column_int64(row, 0);
	n->copy = (struct report_copy){ 0 };
	n->copy.is_decided = read_time(row, 1, &n->copy.decided);
	n->copy.has_arrival = read_time(row, 2, &n->copy.arrival);
	n->copy.vouched = vouched_rank(sql_column(row, 3));
	if (sqlite3_column_bytes(row, 4) == REPORT_DIGEST)
		memcpy(n->copy.content, sqlite3_column_blob(row, 4),
		    REPORT_DIGEST);
}

/* Of the copies that a statement gives, the one that counts before the others:
 * 1, or 0 when there is none. */
static int
find_first(struct store *st, const struct sql *select, int64_t report,
    struct numbered *first, struct fault *f)
{
	struct value id = value_number(report);
	enum report_copy_reason why;
	struct numbered next;
	sqlite3_stmt *row;
	int rc, found = 0;

	for (rc = sql_ask(st, select, &id, 1, &row, f); rc == 1;
	     rc = sql_next(st, row, f)) {
		read_copy(&next, row);
		if (found == 0 ||
		    report_copy_order(&next.copy, &first->copy, &why) < 0)
			*first = next;
		found = 1;
	}
	return rc == -1 ? -1 : found;
}

/* Hold the first of the copies in conflict that `select` gives for the number
 * `of` against the counted one. */
static int
settle(struct store *st, int64_t counted, const struct sql *select, int64_t of,
    struct counted_copy *out, struct fault *f)
{
	struct numbered a, b;
	int rc, pruned;

	*out = (struct counted_copy){ .why = COPY_SAME };
	if ((rc = find_first(st, &select_copy, counted, &a, f)) != 1 ||
	    (rc = find_first(st, select, of, &b, f)) != 1)
		return rc;
	if (report_copy_order(&a.copy, &b.copy, &out->why) <= 0)
		return 0;
	if ((pruned = store_is_pruned(st, counted, f)) == -1)
		return -1;
	out->is_pruned = pruned == 1;
	out->swapped = !out->is_pruned;
	return out->swapped ? swap(st, counted, b.id, f) : 0;
}

int
counted_copy_settle(struct store *st, int64_t counted, int64_t conflict,
    struct counted_copy *out, struct fault *f)
{
	return settle(st, counted, &select_copy, conflict, out, f);
}

int
counted_copy_settle_all(struct store *st, int64_t counted,
    struct counted_copy *out, struct fault *f)
{
	return settle(st, counted, &select_conflicts, counted, out, f);
}
