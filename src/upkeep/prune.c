#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/pruning.h"
#include "store/rollup.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_private.h"
#include "upkeep/prune.h"

/* The days on which a report in conflict, which is in quarantine, waits. */
#define CONFLICT_DAYS                                            \
	"SELECT DISTINCT c.date FROM quarantine AS q CROSS JOIN" \
	" reports AS c WHERE q.report IS NOT NULL AND c.id = q.report"

/* The days on which something waits to be shipped, by note_unshipped(). */
#define UNSHIPPED_DAYS "SELECT date FROM temp.unshipped"

enum {
	MOST_REPORTS = 1000, /* of a transaction */
	MOST_ROWS = 20000,   /* likewise, but for those of one report */
	PAGES = 1024	     /* given back at once */
};

/* A report, and what a prune drops of it. */
struct leaf {
	int64_t id;
	char date[16];
	bool has_raw, has_entries;
	int64_t raw_bytes, failures, counted_failures;
};

struct batch {
	struct leaf leaf[MOST_REPORTS];
	size_t n;
};

static void
read_leaf(struct leaf *l, sqlite3_stmt *row)
{
	*l = (struct leaf){
		.id = sqlite3_column_int64(row, 0),
		.has_raw = sqlite3_column_type(row, 2) != SQLITE_NULL,
		.raw_bytes = sqlite3_column_int64(row, 2),
		.has_entries = sqlite3_column_int64(row, 3) > 0,
		.failures = sqlite3_column_int64(row, 4),
		.counted_failures = sqlite3_column_int64(row, 5),
	};
	snprintf(l->date, sizeof l->date, "%s", sql_column(row, 1));
}

/* What prune drops of the reports behind a place, in order of date;
 * days with a conflict to decide are left alone. */
static const struct sql select_prunable = {
	"SELECT r.id, r.date, iif(?4, (SELECT length(bytes)"
	" FROM report_bytes WHERE report = r.id), NULL) AS raw,"
	" iif(?5, (SELECT count(*) FROM policies WHERE report = r.id), 0)"
	" AS entries, (SELECT count(*) FROM failures"
	" WHERE report = r.id) AS failures, (SELECT count(*)"
	" FROM policies AS p JOIN failures AS f ON f.report = p.report"
	" AND f.policy = p.n WHERE p.report = r.id AND p.counted = 1)"
	" FROM reports AS r WHERE (r.date, r.id) > (?2, ?3)"
	" AND r.date < ?1 AND (raw IS NOT NULL OR entries > 0)"
	" AND r.date NOT IN (" CONFLICT_DAYS ")"
	" AND r.date NOT IN (" UNSHIPPED_DAYS ")"
	" ORDER BY r.date, r.id LIMIT ?6"
};

static const struct sql create_unshipped = {
	"CREATE TEMP TABLE IF NOT EXISTS unshipped ("
	"date TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"
};

static const struct sql delete_unshipped = { "DELETE FROM temp.unshipped" };

static const struct sql select_shipped = {
	"SELECT s.seq FROM shipped AS s JOIN journal AS j ON j.id = s.journal"
};

static const struct sql insert_unshipped = {
	"INSERT OR IGNORE INTO temp.unshipped SELECT r.date"
	" FROM outbox AS o CROSS JOIN reports AS r"
	" WHERE o.seq > ?1 AND r.id = o.report AND r.content = o.content"
};

static const struct sql select_last_told = {
	"SELECT ifnull(max(seq), 0) FROM outbox"
};

/*
 * Note the days of which something is not shipped yet: the first time all of
 * them, then those that came since (a poll may run meanwhile).
 */
static int
note_unshipped(struct store *st, const struct store_prune *p, int64_t *told,
    struct fault *f)
{
	struct value v;

	if (sql_run(st, &create_unshipped, NULL, 0, f) == -1 ||
	    (*told == 0 && sql_run(st, &delete_unshipped, NULL, 0, f) == -1))
		return -1;
	if (!p->keep_unshipped)
		return 0;
	if (*told == 0 &&
	    sql_number(st, &select_shipped, NULL, 0, told, f) == -1)
		return -1;
	v = value_number(*told);
	if (sql_run(st, &insert_unshipped, &v, 1, f) == -1)
		return -1;
	return sql_number(st, &select_last_told, NULL, 0, told, f) == -1 ? -1
									 : 0;
}

/* Read the reports behind a place, as many as one transaction drops. */
static int
read_batch(struct store *st, const struct store_prune *p,
    const struct store_prune_place *at, struct batch *b, struct fault *f)
{
	struct value v[] = { value_text(p->before), value_text(at->date),
		value_number(at->report), value_number(p->raw),
		value_number(p->details), value_number(MOST_REPORTS) };
	sqlite3_stmt *row;
	int64_t rows = 0;
	int rc = sql_ask(st, &select_prunable, v, 6, &row, f);

	b->n = 0;
	while (rc == 1 && rows < MOST_ROWS) {
		read_leaf(&b->leaf[b->n], row);
		rows += b->leaf[b->n++].failures;
		rc = sql_next(st, row, f);
	}
	if (rc == 1)
		sqlite3_reset(row);
	return rc == -1 ? -1 : 0;
}

static const struct sql update_pruned = {
	"UPDATE days SET pruned = 1 WHERE date = ?1 AND pruned = 0"
};

/* Note that a day cannot be counted again, and shows fewer failures. */
static int
mark_day(struct store *st, const char *date, struct fault *f)
{
	struct value v = value_text(date);
	int64_t start;

	if (sql_run(st, &update_pruned, &v, 1, f) == -1)
		return -1;
	if (utc_parse_date(span_of(date), &start) == -1)
		return 0; /* no day that this program stored */
	return rollup_touch(st, start, f);
}

static const struct sql delete_bytes = {
	"DELETE FROM report_bytes WHERE report = ?1"
};

static const struct sql delete_entries = {
	"DELETE FROM policies WHERE report = ?1"
};

static int
drop_batch(struct store *st, const struct batch *b, struct store_pruned *sum,
    struct fault *f)
{
	const char *marked = "";
	size_t i;

	for (i = 0; i < b->n; i++) {
		const struct leaf *l = &b->leaf[i];
		struct value id = value_number(l->id);

		if (l->has_raw && sql_run(st, &delete_bytes, &id, 1, f) == -1)
			return -1;
		sum->raw += l->has_raw;
		sum->raw_bytes += l->raw_bytes;
		if (!l->has_entries)
			continue;
		if (sql_run(st, &delete_entries, &id, 1, f) == -1)
			return -1;
		st->tally.failures -= l->counted_failures;
		sum->reports++;
		sum->failures += l->failures;
		if (strcmp(marked, l->date) != 0 &&
		    mark_day(st, l->date, f) == -1)
			return -1;
		marked = l->date;
	}
	return 0;
}

int
store_prune_some(struct store *st, const struct store_prune *p,
    struct store_prune_place *at, struct store_pruned *sum, struct fault *f)
{
	struct store_pruned more = *sum;
	struct batch b;

	if (store_begin(st, f) == -1)
		return -1;
	if (note_unshipped(st, p, &at->told, f) == -1 ||
	    read_batch(st, p, at, &b, f) == -1 ||
	    drop_batch(st, &b, &more, f) == -1) {
		store_rollback(st);
		return -1;
	}
	if (store_commit(st, f) == -1)
		return -1;
	*sum = more;
	if (b.n == 0)
		return 0;
	at->report = b.leaf[b.n - 1].id;
	memcpy(at->date, b.leaf[b.n - 1].date, sizeof at->date);
	return 1;
}

static const struct sql count_prunable = {
	"SELECT count(*) FILTER (WHERE entries > 0),"
	" ifnull(sum(failures) FILTER (WHERE entries > 0), 0),"
	" count(raw), ifnull(sum(raw), 0) FROM (SELECT"
	" iif(?2, (SELECT length(bytes) FROM report_bytes"
	" WHERE report = r.id), NULL) AS raw,"
	" iif(?3, (SELECT count(*) FROM policies WHERE report = r.id), 0)"
	" AS entries, (SELECT count(*) FROM failures"
	" WHERE report = r.id) AS failures FROM reports AS r"
	" WHERE r.date < ?1 AND r.date NOT IN (" CONFLICT_DAYS ")"
	" AND r.date NOT IN (" UNSHIPPED_DAYS "))"
};

int
store_prune_count(struct store *st, const struct store_prune *p,
    struct store_pruned *sum, struct fault *f)
{
	struct value v[] = { value_text(p->before), value_number(p->raw),
		value_number(p->details) };
	int64_t told = 0;
	sqlite3_stmt *row;
	int rc;

	*sum = (struct store_pruned){ 0 };
	if (note_unshipped(st, p, &told, f) == -1 ||
	    (rc = sql_ask(st, &count_prunable, v, 3, &row, f)) == -1)
		return -1;
	if (rc != 1)
		return rc;
	*sum = (struct store_pruned){
		.reports = sqlite3_column_int64(row, 0),
		.failures = sqlite3_column_int64(row, 1),
		.raw = sqlite3_column_int64(row, 2),
		.raw_bytes = sqlite3_column_int64(row, 3),
	};
	sqlite3_reset(row);
	return 0;
}

static const struct sql count_left = { "SELECT count(*) FROM (" CONFLICT_DAYS
				       ") WHERE date < ?1" };

int
store_prune_left(struct store *st, const struct store_prune *p, int64_t *days,
    struct fault *f)
{
	struct value v = value_text(p->before);

	*days = 0;
	return sql_number(st, &count_left, &v, 1, days, f) == -1 ? -1 : 0;
}

static const struct sql count_unshipped = {
	"SELECT count(*) FROM temp.unshipped WHERE date < ?1"
};

int
store_prune_unshipped(struct store *st, const struct store_prune *p,
    int64_t *days, struct fault *f)
{
	struct value v = value_text(p->before);
	int64_t told = 0;

	*days = 0;
	if (note_unshipped(st, p, &told, f) == -1)
		return -1;
	return sql_number(st, &count_unshipped, &v, 1, days, f) == -1 ? -1 : 0;
}

int
store_give_back(struct store *st, int64_t *bytes, struct fault *f)
{
	int64_t before, after, size, left;
	char step[64];

	snprintf(step, sizeof step, "PRAGMA incremental_vacuum(%d)", PAGES);
	if (sql_pragma(st, "page_size", &size, f) == -1 ||
	    sql_pragma(st, "freelist_count", &left, f) == -1 ||
	    sql_pragma(st, "page_count", &before, f) == -1 ||
	    sql_exec(st, step, f) == -1 ||
	    sql_pragma(st, "page_count", &after, f) == -1)
		return -1;
	*bytes += (before - after) * size;
	return left > 0 && after < before;
}
