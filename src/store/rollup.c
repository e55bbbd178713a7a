#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/saturating.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/not_detailed.h"
#include "model/tls_report.h"
#include "store/rollup.h"
#include "store/rollup_rows.h"
#include "store/row_ids.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "store/views_mark.h"

/* Additions to a table before they are written. */
enum {
	GATHERED = 4096
};

struct rollup {
	struct additions table[ROLLUP_COUNT];
	struct row_ids series, senders, problems;
	struct {
		int64_t series, sender;
	} owner[ROW_IDS_SLOTS]; /* the sender of a series, lately */
	struct arena texts;
};

static const struct sql select_series = {
	"SELECT id FROM series WHERE domain = ?1 AND policy_domain = ?2"
	" AND organization = ?3 AND reporter_domain = ?4"
	" AND policy_type = ?5 AND policy_mode = ?6"
};

static const struct sql insert_series = {
	"INSERT INTO series (domain, policy_domain, organization,"
	" reporter_domain, policy_type, policy_mode)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
};

static const struct sql select_sender = {
	"SELECT id FROM senders WHERE domain = ?1 AND organization = ?2"
	" AND reporter_domain = ?3"
};

static const struct sql insert_sender = {
	"INSERT INTO senders (domain, organization, reporter_domain)"
	" VALUES (?1, ?2, ?3)"
};

static const struct sql select_problem = {
	"SELECT id FROM problems WHERE domain = ?1"
	" AND receiving_mx_hostname = ?2 AND result_type = ?3"
};

static const struct sql insert_problem = {
	"INSERT INTO problems (domain, receiving_mx_hostname, result_type)"
	" VALUES (?1, ?2, ?3)"
};

static struct rollup *
rollup_of(struct store *st)
{
	if (st->rollup == NULL) {
		st->rollup = xcalloc(1, sizeof *st->rollup);
		st->rollup->series.find = &select_series;
		st->rollup->series.add = &insert_series;
		st->rollup->senders.find = &select_sender;
		st->rollup->senders.add = &insert_sender;
		st->rollup->problems.find = &select_problem;
		st->rollup->problems.add = &insert_problem;
	}
	return st->rollup;
}

static int
by_series(const void *a, const void *b)
{
	const struct addition *x = a, *y = b;

	if (x->key[1] != y->key[1])
		return x->key[1] < y->key[1] ? -1 : 1;
	return (x->key[0] > y->key[0]) - (x->key[0] < y->key[0]);
}

static const struct sql update_series = {
	"UPDATE series SET first_day = min(first_day, ?2),"
	" last_day = max(last_day, ?3) WHERE id = ?1"
	" AND (?2 < first_day OR ?3 > last_day)"
};

/* Each series of what was written to rollup_daily is known to be there. */
static int
stretch_series(struct store *st, struct additions *g, struct fault *f)
{
	const struct addition *x = g->item, *end = x + g->n;
	int64_t series, first;

	if (g->n > 0)
		qsort(g->item, g->n, sizeof *g->item, by_series);
	while (x < end) {
		series = x->key[1];
		first = x->key[0];
		while (x + 1 < end && x[1].key[1] == series)
			x++;
		const struct value v[] = { value_number(series),
			value_number(first), value_number(x++->key[0]) };

		if (sql_run(st, &update_series, v, 3, f) == -1)
			return -1;
	}
	return 0;
}

static const struct sql update_generation = {
	"UPDATE totals SET generation = generation + 1 WHERE id = 1"
};

int
rollup_next_generation(struct store *st, struct fault *f)
{
	return sql_run(st, &update_generation, NULL, 0, f);
}

int
rollup_flush(struct store *st, struct fault *f)
{
	struct rollup *r = st->rollup;
	enum rollup_table t;

	if (r == NULL || r->table[ROLLUP_DAYS].n == 0)
		return 0;
	if (rollup_next_generation(st, f) == -1)
		return -1;
	for (t = 0; t < ROLLUP_COUNT; t++) {
		if (additions_write(st, t, &r->table[t], f) == -1)
			return -1;
		if (t == ROLLUP_DAILY &&
		    stretch_series(st, &r->table[t], f) == -1)
			return -1;
		r->table[t].n = 0;
	}
	arena_reset(&r->texts);
	return 0;
}

void
rollup_forget(struct store *st)
{
	struct rollup *r = st->rollup;
	enum rollup_table t;

	if (r == NULL)
		return;
	for (t = 0; t < ROLLUP_COUNT; t++)
		r->table[t].n = 0;
	arena_reset(&r->texts);
	row_ids_forget(&r->series);
	row_ids_forget(&r->senders);
	row_ids_forget(&r->problems);
	memset(r->owner, 0, sizeof r->owner);
}

void
rollup_free(struct store *st)
{
	struct rollup *r = st->rollup;
	enum rollup_table t;

	if (r == NULL)
		return;
	rollup_forget(st);
	for (t = 0; t < ROLLUP_COUNT; t++)
		free(r->table[t].item);
	arena_free(&r->texts);
	free(r);
	st->rollup = NULL;
}

/* Begin a report: when much waits, it is written first. */
static int
begin(struct store *st, struct rollup *r, struct fault *f)
{
	enum rollup_table t;

	for (t = 0; t < ROLLUP_COUNT; t++)
		if (r->table[t].n >= GATHERED && rollup_flush(st, f) == -1)
			return -1;
	for (t = 0; t < ROLLUP_COUNT; t++)
		r->table[t].report = r->table[t].n;
	return 0;
}

static void
add_day(struct rollup *r, int64_t day, int64_t reports)
{
	struct addition *x = addition_gather(&r->table[ROLLUP_DAYS]);

	x->key[0] = day;
	x->sum[0] = reports;
}

static void
add_warning(struct rollup *r, int64_t day, const char *code, size_t len)
{
	struct addition *x = addition_gather(&r->table[ROLLUP_WARNINGS]);

	x->key[0] = day;
	x->text = arena_strndup(&r->texts, code, len);
	x->sum[0] = 1;
}

static void
add_warnings(struct rollup *r, int64_t day, const char *codes)
{
	struct span rest = span_of(codes), code;

	while (span_next_word(&rest, &code))
		add_warning(r, day, code.p, code.n);
}

static int64_t
amount(uint64_t n)
{
	return n < INT64_MAX ? (int64_t)n : INT64_MAX;
}

/* Add to the sums of an addition, from the second on: the first is reports. */
static void
grow(struct addition *x, const uint64_t *n, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		x->sum[i + 1] = saturating_add(x->sum[i + 1], amount(n[i]));
}

/* Where the figures of an entry belong. */
struct place {
	int64_t day, series;
	bool verified; /* somebody vouches for its report */
};

static int
add_failure(struct store *st, struct rollup *r, const struct place *at,
    const struct policy *p, const struct failure *d, struct fault *f)
{
	const struct value problem[] = { value_text(p->recipient_domain),
		value_text(d->receiving_mx_hostname),
		value_text(d->result_type) };
	struct addition *x;
	int64_t id;

	if (row_ids_find(st, &r->problems, problem, 3, &id, f) == -1)
		return -1;
	x = addition_gather(&r->table[ROLLUP_FAILURES]);
	x->key[0] = id;
	x->key[1] = at->day;
	x->key[2] = at->series;
	x->text = arena_strdup(&r->texts, d->receiving_ip);
	x->sum[0] = 1;
	x->sum[1] = amount(d->failed_sessions);
	x->sum[2] = at->verified;
	return 0;
}

static int
add_failures(struct store *st, struct rollup *r, const struct place *at,
    const struct policy *p, struct fault *f)
{
	struct failure rest;
	size_t i;

	for (i = 0; i < p->n_failures; i++)
		if (add_failure(st, r, at, p, &p->failures[i], f) == -1)
			return -1;
	if (!failure_not_detailed(p, &rest))
		return 0;
	return add_failure(st, r, at, p, &rest, f);
}

/* The sender of a series of the report. */
static int
sender_of(struct store *st, struct rollup *r, int64_t series,
    const struct report *report, const struct policy *p, int64_t *sender,
    struct fault *f)
{
	size_t slot = (size_t)series % ROW_IDS_SLOTS;
	const struct value v[] = { value_text(p->recipient_domain),
		value_text(report->organization),
		value_text(report->reporter_domain) };

	if (r->owner[slot].series == series) {
		*sender = r->owner[slot].sender;
		return 0;
	}
	if (row_ids_find(st, &r->senders, v, 3, sender, f) == -1)
		return -1;
	r->owner[slot].series = series;
	r->owner[slot].sender = *sender;
	return 0;
}

/* The figures of an entry in the row of its sender. */
static void
add_to_sender(struct addition *x, const struct policy *p, bool verified)
{
	const uint64_t sums[] = { p->counted_sessions, p->counted_failed,
		p->failed_sessions };

	grow(x, sums, 3);
	if (!verified)
		return;
	x->sum[4] = 1;
	x->sum[5] = saturating_add(x->sum[5], amount(p->counted_sessions));
	x->sum[6] = saturating_add(x->sum[6], amount(p->counted_failed));
}

static int
add_policy(struct store *st, struct rollup *r, int64_t day,
    const struct report *report, const struct policy *p, struct fault *f)
{
	const struct value series[] = { value_text(p->recipient_domain),
		value_text(p->domain), value_text(report->organization),
		value_text(report->reporter_domain), value_text(p->type),
		value_text(p->mode) };
	const uint64_t daily[] = { p->successful_sessions, p->failed_sessions,
		p->counted_sessions, p->counted_failed };
	struct place at = { .day = day,
		.verified = report_is_verified(report) };
	int64_t sender;

	if (row_ids_find(st, &r->series, series, 6, &at.series, f) == -1 ||
	    sender_of(st, r, at.series, report, p, &sender, f) == -1)
		return -1;
	grow(addition_gather_once(&r->table[ROLLUP_DAILY], day, at.series),
	    daily, 4);
	add_to_sender(
	    addition_gather_once(&r->table[ROLLUP_SENDERS], sender, day), p,
	    at.verified);
	return add_failures(st, r, &at, p, f);
}

int
rollup_add(struct store *st, const struct report *report, const char *warnings,
    struct fault *f)
{
	struct rollup *r = rollup_of(st);
	int64_t day = utc_day(report->start);
	size_t i;

	if (begin(st, r, f) == -1)
		return -1;
	add_day(r, day, 1);
	add_warnings(r, day, warnings);
	for (i = 0; i < report->n_policies; i++)
		if (!report->policies[i].skipped &&
		    add_policy(st, r, day, report, &report->policies[i], f) ==
			-1)
			return -1;
	return 0;
}

int
rollup_warned(
    struct store *st, int64_t start, const char *code, struct fault *f)
{
	struct rollup *r = rollup_of(st);

	if (begin(st, r, f) == -1)
		return -1;
	add_day(r, utc_day(start), 0);
	add_warning(r, utc_day(start), code, strlen(code));
	return 0;
}

int
rollup_touch(struct store *st, int64_t start, struct fault *f)
{
	struct rollup *r = rollup_of(st);

	if (begin(st, r, f) == -1)
		return -1;
	add_day(r, utc_day(start), 0);
	return views_mark_changed(st, f);
}
