#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "model/shipment.h"
#include "postgresql/binary_array.h"
#include "postgresql/connection.h"
#include "postgresql/merge.h"
#include "postgresql/merge_entries.h"
#include "postgresql/merge_rows.h"
#include "postgresql/shared_journal.h"
#include "postgresql/shared_key.h"
#include "postgresql/sqlstate.h"

/*
 * The order of the statements is what makes merging exact, whoever else ships
 * at the same time:
 *
 * 1. The journal's row is locked: nobody else ships this journal.
 * 2. What nobody has is added as counted, in the order of the key, so that two
 *    shippers wait for each other in one direction alone.  Of two that add the
 *    same, the second waits here until the first has committed, and then adds
 *    nothing.
 * 3. Of the rest, those that tell more than is known are found, without locks.
 *    The others are duplicates, and nothing more is done with them.
 * 4. All copies of those identities are locked, in order; then, by statements
 *    whose snapshot has what was waited for, what is known is improved, and
 *    other contents are added as conflicts.
 * 5. Entries and findings of what was added; the copy that counts is chosen;
 *    the days are noted for the rollups; the position; COMMIT.
 */

enum {
	BEGINNING = 3, /* statements that a transaction begins with */
	MS = 1000
};

struct merge {
	struct pg *pg;
	struct shared_journal *journal;
	struct shipment *shipment;
	bool is_durable; /* COMMIT waits for the disk there */
	bool is_new;	 /* all of it is thought to be new there */
	struct merge_rows rows;
	struct report_arrays arrays;
	struct entries *entries; /* NULL: they are made ready when needed */
	size_t n_added, n_news, n_conflicts;
	size_t waiting; /* statements that were sent and are not answered yet */
};

static int
compare_rows(const void *a, const void *b)
{
	const struct shipped_report *x = ((const struct merge_row *)a)->report;
	const struct shipped_report *y = ((const struct merge_row *)b)->report;
	int c;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if ((c = memcmp(x->identity, y->identity, SHIPMENT_KEY)) != 0)
		return c;
	return memcmp(x->content, y->content, SHIPMENT_DIGEST);
}

/*
 * Sort the rows, each copy once: of several events about it all carry what is
 * known of it now.
 */
static void
sort_rows(struct merge *m)
{
	const struct shipment *s = m->shipment;
	struct merge_row *row = xcalloc(s->n_reports + 1, sizeof *row);
	size_t i, n = 0;

	for (i = 0; i < s->n_reports; i++)
		row[i].report = &s->reports[i];
	qsort(row, s->n_reports, sizeof *row, compare_rows);
	for (i = 0; i < s->n_reports; i++)
		if (n == 0 || compare_rows(&row[n - 1], &row[i]) != 0)
			row[n++] = row[i];
	m->rows = (struct merge_rows){ row, n };
}

/*
 * Arrays of thousands of rows that are looked up by their keys: whatever the
 * planner believes, a whole table need never be read for that.
 */
static const char settings[] =
    "SELECT set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true),"
    " set_config('enable_material', 'off', true),"
    " set_config('enable_seqscan', 'off', true),"
    " set_config('synchronous_commit',"
    " coalesce(nullif($2, ''), current_setting('synchronous_commit')), true),"
    " set_config('lock_timeout', $1, true),"
    " set_config('statement_timeout', $1, true),"
    " set_config('idle_in_transaction_session_timeout', $1, true)";

static int
send_beginning(struct merge *m, struct fault *f)
{
	char timeout[16];
	struct pg_value v[2];

	snprintf(timeout, sizeof timeout, "%u", m->pg->timeout * MS);
	v[0] = pg_text(timeout);
	v[1] = pg_text(m->is_durable ? "" : "off");
	if (pg_send(m->pg, "BEGIN", NULL, 0, f) == -1)
		return -1;
	return pg_send(m->pg, settings, v, 2, f);
}

static int
send_lock(struct merge *m, struct fault *f)
{
	char room[2][8];
	struct pg_value v[] = { pg_int4(m->journal->id, room[0]),
		pg_int8(m->shipment->from, room[1]) };

	return pg_send(m->pg, "SELECT tlsrua.lock_journal($1, $2)", v, 2, f);
}

static int
send_end(struct merge *m, struct fault *f)
{
	const struct shipment *s = m->shipment;
	int64_t added = (int64_t)m->n_added, news = (int64_t)m->n_news;
	int64_t conflicts = (int64_t)m->n_conflicts;
	char room[7][8];
	struct pg_value v[] = { pg_int4(m->journal->id, room[0]),
		pg_int8(s->to, room[1]), pg_uuid(s->mark),
		pg_int8(added, room[2]),
		pg_int8((int64_t)m->rows.n - added - news, room[3]),
		pg_int8(conflicts, room[4]), pg_int8(news - conflicts, room[5]),
		pg_int8(0, room[6]) };

	if (pg_send(m->pg,
		"SELECT tlsrua.advance_journal($1, $2, $3, $4, $5, $6, $7, $8)",
		v, 8, f) == -1)
		return -1;
	return pg_send(m->pg, "COMMIT", NULL, 0, f);
}

bool
merge_is_new(const struct merge *m)
{
	return m->n_added == m->rows.n;
}

/* Note the numbers of the rows that were added. */
static size_t
take_added(struct merge_rows *rows, const PGresult *r)
{
	struct merge_row *row;
	int i;

	for (i = 0; i < PQntuples(r); i++) {
		row = merge_rows_find(rows, pg_column_int(r, i, 0),
		    pg_column_bytes(r, i, 2), pg_column_bytes(r, i, 3));
		if (row != NULL)
			row->id = pg_column_int(r, i, 1);
	}
	return (size_t)PQntuples(r);
}

static size_t
take_news(struct merge_rows *rows, const PGresult *r)
{
	struct merge_row *row;
	int i;

	for (i = 0; i < PQntuples(r); i++) {
		row = merge_rows_find(rows, pg_column_int(r, i, 0),
		    pg_column_bytes(r, i, 1), pg_column_bytes(r, i, 2));
		if (row != NULL)
			row->is_news = 1;
	}
	return (size_t)PQntuples(r);
}

/* Step 3 alone. */
static int
find_news(struct merge *m, struct fault *f)
{
	PGresult *r;

	if (send_find_news(m->pg, &m->arrays, f) == -1 ||
	    pg_answers(m->pg, &r, 1, f) == -1)
		return -1;
	m->n_news = take_news(&m->rows, r);
	PQclear(r);
	return 0;
}

/* Steps 1 to 3; where all is thought to be new, the last only if it is not. */
static int
begin(struct merge *m, struct fault *f)
{
	PGresult *r[BEGINNING + 2];
	size_t n = BEGINNING + (m->is_new ? 1 : 2);

	if (send_beginning(m, f) == -1 || send_lock(m, f) == -1 ||
	    send_add(m->pg, m->journal, &m->arrays, f) == -1 ||
	    (!m->is_new && send_find_news(m->pg, &m->arrays, f) == -1) ||
	    pg_answers(m->pg, r, n, f) == -1)
		return -1;
	m->n_added = take_added(&m->rows, r[BEGINNING]);
	if (!m->is_new)
		m->n_news = take_news(&m->rows, r[BEGINNING + 1]);
	pg_clear(r, n);
	return m->is_new && !merge_is_new(m) ? find_news(m, f) : 0;
}

/* Step 4. */
static int
take_in_news(struct merge *m, struct fault *f)
{
	PGresult *r[2];

	report_arrays_fill(&m->arrays, &m->rows, 1);
	if (send_improve(m->pg, &m->arrays, f) == -1 ||
	    send_add_conflicts(m->pg, m->journal, &m->arrays, f) == -1 ||
	    pg_answers(m->pg, r, 2, f) == -1)
		return -1;
	m->n_conflicts = take_added(&m->rows, r[1]);
	pg_clear(r, 2);
	return 0;
}

/* Note the days whose rollups are to be counted again. */
static int
send_dirty(struct merge *m, size_t *sent, struct fault *f)
{
	struct binary_array days = { 0 };
	const struct merge_row *row = m->rows.row;
	char room[2][8];
	struct pg_value v[3];
	int64_t last = INT64_MIN;
	size_t i;
	int rc = 0;

	array_begin(&days, PG_DATE);
	for (i = 0; i < m->rows.n; i++)
		if ((row[i].id != 0 || row[i].is_news) &&
		    row[i].report->day != last)
			array_add_day(&days, last = row[i].report->day);
	v[0] = pg_int4(m->journal->id, room[0]);
	v[1] = pg_int8(m->shipment->to, room[1]);
	v[2] = pg_array(&days);
	if (days.n > 0) {
		rc = pg_send(m->pg,
		    "INSERT INTO tlsrua.dirty (journal, position, date)"
		    " SELECT $1, $2, d FROM unnest($3) AS b (d)"
		    " ORDER BY d ON CONFLICT DO NOTHING",
		    v, 3, f);
		(*sent)++;
	}
	buf_free(&days.bytes);
	return rc;
}

/* Step 5, all but the answers. */
static int
send_rest(struct merge *m, struct fault *f)
{
	size_t sent = 0;

	if (entries_send(m->pg, m->entries, &m->rows, &sent, f) == -1)
		return -1;
	if (m->n_news > 0) {
		sent++;
		if (send_choose(m->pg, &m->arrays, f) == -1)
			return -1;
	}
	if (send_dirty(m, &sent, f) == -1 || send_end(m, f) == -1)
		return -1;
	m->waiting = sent + 2;
	return pg_finish_sending(m->pg, f);
}

/* Send a shipment of drops, which is merged in a transaction of its own. */
static int
send_drops(struct merge *m, struct fault *f)
{
	const struct shipment *s = m->shipment;
	struct binary_array a[3] = { 0 };
	struct pg_value v[4];
	char room[8];
	size_t i;
	int rc = -1;

	array_begin(&a[0], PG_DATE);
	array_begin(&a[1], PG_UUID);
	array_begin(&a[2], PG_BYTEA);
	for (i = 0; i < s->n_drops; i++) {
		array_add_day(&a[0], s->drops[i].day);
		array_add_bytes(&a[1], s->drops[i].identity, SHIPMENT_KEY);
		array_add_bytes(&a[2], s->drops[i].content, SHIPMENT_DIGEST);
	}
	v[0] = pg_int4(m->journal->id, room);
	for (i = 0; i < 3; i++)
		v[1 + i] = pg_array(&a[i]);
	/* drop_copies() locks all journals, so it comes before our lock */
	if (send_beginning(m, f) == 0 &&
	    pg_send(m->pg, "SELECT tlsrua.drop_copies($1, $2, $3, $4)", v, 4,
		f) == 0 &&
	    send_lock(m, f) == 0 && send_end(m, f) == 0) {
		m->waiting = BEGINNING + 3;
		rc = pg_finish_sending(m->pg, f);
	}
	for (i = 0; i < 3; i++)
		buf_free(&a[i].bytes);
	return rc;
}

/*
 * See to it that the months of the reports have partitions; each day is asked
 * for once.  What a crash takes back of that is asked for again, with the
 * reports.
 */
static int
need_months(struct merge *m, struct fault *f)
{
	struct binary_array days = { 0 };
	unsigned char key[SHIPMENT_KEY] = { 0 };
	struct pg_value v;
	PGresult *r;
	int64_t day;
	size_t i;
	int rc = 0;

	array_begin(&days, PG_DATE);
	for (i = 0; i < m->rows.n; i++) {
		day = m->rows.row[i].report->day;
		memcpy(key, &day, sizeof day);
		key[sizeof day] = 1; /* all zero is no key */
		if (key_set_add(&m->journal->days, key))
			array_add_day(&days, day);
	}
	v = pg_array(&days);
	if (days.n > 0) {
		r = pg_ask(m->pg,
		    "SELECT tlsrua.need_month(min(d)),"
		    " set_config('synchronous_commit', 'off', true)"
		    " FROM unnest($1) AS b (d)"
		    " GROUP BY date_trunc('month', d) ORDER BY min(d)",
		    &v, 1, f);
		rc = r != NULL ? 0 : -1;
		PQclear(r);
	}
	buf_free(&days.bytes);
	return rc;
}

/* The memory of what was sent, or will not be. */
static void
free_arrays(struct merge *m)
{
	report_arrays_free(&m->arrays);
	entries_free(m->entries);
	m->entries = NULL;
}

static int
send_all(struct merge *m, struct fault *f)
{
	if (m->shipment->n_drops > 0)
		return send_drops(m, f);
	if (m->rows.n > 0 && need_months(m, f) == -1)
		return -1;
	if (begin(m, f) == -1 || (m->n_news > 0 && take_in_news(m, f) == -1))
		return -1;
	return send_rest(m, f);
}

/* Roll back, and leave what went wrong in the connection. */
static void
give_up(struct pg *p)
{
	char state[SQLSTATE_TEXT], said[sizeof p->said];

	memcpy(state, p->sqlstate, sizeof state);
	memcpy(said, p->said, sizeof said);
	pg_rollback(p);
	memcpy(p->sqlstate, state, sizeof state);
	memcpy(p->said, said, sizeof said);
}

struct merge *
merge_prepare(struct shipment *s, bool is_new)
{
	struct merge *m = xcalloc(1, sizeof *m);

	m->shipment = s;
	m->is_new = is_new;
	sort_rows(m);
	report_arrays_fill(&m->arrays, &m->rows, 0);
	if (is_new)
		m->entries = entries_prepare(&m->rows);
	return m;
}

void
merge_free(struct merge *m)
{
	if (m == NULL)
		return;
	free_arrays(m);
	free(m->rows.row);
	free(m);
}

int
merge_begin(struct merge *m, struct pg *p, struct shared_journal *j,
    bool is_durable, struct fault *f)
{
	int rc;

	m->pg = p;
	m->journal = j;
	m->is_durable = is_durable;
	rc = send_all(m, f);
	free_arrays(m);
	if (rc == -1)
		give_up(p);
	return rc;
}

int
merge_end(struct merge *m, struct merge_counts *counts, struct fault *f)
{
	PGresult *r[ENTRY_STATEMENTS + 4];

	if (pg_answers(m->pg, r, m->waiting, f) == -1) {
		give_up(m->pg);
		return -1;
	}
	pg_clear(r, m->waiting);
	counts->added += (int64_t)m->n_added;
	counts->conflicts += (int64_t)m->n_conflicts;
	counts->better += (int64_t)(m->n_news - m->n_conflicts);
	counts->duplicates += (int64_t)(m->rows.n - m->n_added - m->n_news);
	return 0;
}
