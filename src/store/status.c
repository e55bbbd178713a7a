#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/span.h"
#include "base/utc.h"
#include "store/sql.h"
#include "store/status.h"
#include "store/store.h"
#include "store/store_private.h"
#include "store/vouched.h"

/* "" in an empty store. */
static int
read_day(struct store *st, const struct sql *sql, char day[static 16],
    struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(st, sql, NULL, 0, &row, f);

	day[0] = '\0';
	if (rc == 1) {
		snprintf(day, 16, "%s", sql_column(row, 0));
		sqlite3_reset(row);
	}
	return rc == -1 ? -1 : 0;
}

static const struct sql select_last_day = { "SELECT max(date) FROM reports" };

int
store_newest_day(struct store *st, char day[static 16], struct fault *f)
{
	return read_day(st, &select_last_day, day, f);
}

/* Without those that were judged and that nobody vouches for, as far as
 * somebody vouches for any. */
static const struct sql select_newest_end = {
	"SELECT k.vouched, (SELECT max(iif(r.end > ?1, r.start, r.end))"
	" FROM reports AS r"
	" WHERE r.status = 'counted' AND r.date = (SELECT x.date"
	" FROM reports AS x WHERE x.status = 'counted'"
	" AND (k.vouched = 0 OR x.dkim = '' OR x.dkim IN " VOUCHED_WORDS ")"
	" ORDER BY x.date DESC LIMIT 1)"
	" AND (k.vouched = 0 OR r.dkim = '' OR r.dkim IN " VOUCHED_WORDS "))"
	" FROM (SELECT EXISTS (SELECT 1 FROM senders AS n CROSS JOIN"
	" rollup_senders AS y WHERE y.sender = n.id"
	" AND y.verified_reports > 0) AS vouched) AS k"
};

int
store_newest_end(
    struct store *st, int64_t now, int64_t *end, bool *vouched, struct fault *f)
{
	char text[UTC_TEXT];
	struct value v;
	unsigned deviation;
	sqlite3_stmt *row;
	int rc;

	utc_format(now, text);
	v = value_text(text);
	rc = sql_ask(st, &select_newest_end, &v, 1, &row, f);
	*end = 0;
	if (rc != 1)
		return rc;
	*vouched = sqlite3_column_int(row, 0) != 0;
	/* NULL leaves it 0 */
	(void)utc_parse(span_of(sql_column(row, 1)), end, &deviation);
	sqlite3_reset(row);
	return 0;
}

static const struct sql select_domain = {
	"SELECT 1 FROM senders WHERE domain = ?1"
};

int
store_knows_domain(struct store *st, const char *domain, struct fault *f)
{
	struct value v = value_text(domain);
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_domain, &v, 1, &row, f);

	if (rc == 1)
		sqlite3_reset(row);
	return rc;
}

static const struct sql select_totals = {
	"SELECT messages, reports, conflicts, sessions, failures,"
	" quarantined, repeated FROM totals WHERE id = 1"
};

static int
read_totals(struct store *st, struct store_status *s, struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_totals, NULL, 0, &row, f);

	if (rc != 1)
		return rc;
	s->messages = sqlite3_column_int64(row, 0);
	s->reports = sqlite3_column_int64(row, 1);
	s->conflicts = sqlite3_column_int64(row, 2);
	s->sessions = sqlite3_column_int64(row, 3);
	s->failures = sqlite3_column_int64(row, 4);
	s->quarantined = sqlite3_column_int64(row, 5);
	s->repeated = sqlite3_column_int64(row, 6);
	sqlite3_reset(row);
	return 0;
}

/* A conflict belongs to the day of the counted copy beside it. */
static const struct sql select_first_day = { "SELECT min(date) FROM reports" };

int
store_size(struct store *st, int64_t *bytes, struct fault *f)
{
	int64_t pages, page_size;

	*bytes = st->size;
	if (st->access == STORE_MIRROR)
		return 0;
	if (sql_pragma(st, "page_count", &pages, f) == -1 ||
	    sql_pragma(st, "page_size", &page_size, f) == -1)
		return -1;
	*bytes = pages * page_size;
	return 0;
}

int
store_status(struct store *st, struct store_status *s, struct fault *f)
{
	*s = (struct store_status){ 0 };
	if (read_totals(st, s, f) == -1 ||
	    read_day(st, &select_first_day, s->first_day, f) == -1 ||
	    read_day(st, &select_last_day, s->last_day, f) == -1 ||
	    store_size(st, &s->bytes, f) == -1)
		return -1;
	return store_count_waiting(st, &s->waiting, s->waiting_since, f);
}
