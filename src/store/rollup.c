#include <stdint.h>
#include <stdio.h>
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
#include "store/row_ids.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "store/totals.h"
#include "store/views_mark.h"

enum {
	KEYS = 3, /* the most numbers that a key has */
	SUMS = 7,
	ROWS_TOGETHER = 16, /* in one statement */
	GATHERED = 4096	    /* additions to a rollup before they are written */
};

enum kind {
	KIND_DAYS,
	KIND_WARNINGS,
	KIND_DAILY,
	KIND_SENDERS,
	KIND_FAILURES,
	KIND_COUNT
};

/* Add to a sum, which stays at 2^63-1 when it gets there. */
#define GROW(sum) sum " = min(" sum " + excluded." sum ", 9223372036854775807)"

/* ROWS_TOGETHER rows. */
#define FOUR(row) row ", " row ", " row ", " row
#define MANY(row) FOUR(FOUR(row))

/* clang-format off */
#define DAY_SERIES "(?, ?, ?, ?, ?, ?, ?)"
#define ADD_DAY_SERIES(rows) \
	"INSERT INTO rollup_daily (day, series, reports," \
	" successful_sessions, failed_sessions, counted_sessions," \
	" counted_failed) VALUES " rows " ON CONFLICT DO UPDATE SET" \
	" reports = reports + excluded.reports, " \
	GROW("successful_sessions") ", " GROW("failed_sessions") ", " \
	GROW("counted_sessions") ", " GROW("counted_failed")

#define DAY_SENDER "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define ADD_DAY_SENDER(rows) \
	"INSERT INTO rollup_senders (sender, day, reports," \
	" counted_sessions, counted_failed, failed_sessions," \
	" verified_reports, verified_sessions, verified_failed)" \
	" VALUES " rows " ON CONFLICT DO UPDATE SET" \
	" reports = reports + excluded.reports, " \
	GROW("counted_sessions") ", " GROW("counted_failed") ", " \
	GROW("failed_sessions") ", " \
	" verified_reports = verified_reports + excluded.verified_reports, " \
	GROW("verified_sessions") ", " GROW("verified_failed")
/* clang-format on */

static const struct sql add_to_days = {
	"INSERT INTO days (day, date, week, monday, month, reports,"
	" generation) SELECT ?1, date,"
	" strftime('%Y-W', date, '-3 days', 'weekday 4') || substr('0' ||"
	" ((strftime('%j', date, '-3 days', 'weekday 4') - 1) / 7 + 1),"
	" -2), date(date, 'weekday 0', '-6 days'),"
	" date(date, 'start of month'), ?2,"
	" (SELECT generation FROM totals WHERE id = 1)"
	" FROM (SELECT date(?1 * 86400, 'unixepoch') AS date) WHERE 1"
	" ON CONFLICT (day) DO UPDATE SET"
	" reports = reports + excluded.reports,"
	" generation = excluded.generation"
};

static const struct sql add_to_warnings = {
	"INSERT INTO rollup_warnings (day, code, reports)"
	" VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET"
	" reports = reports + excluded.reports"
};

static const struct sql add_to_daily = { ADD_DAY_SERIES(DAY_SERIES) };

static const struct sql add_many_to_daily = { ADD_DAY_SERIES(
    MANY(DAY_SERIES)) };

static const struct sql add_to_senders = { ADD_DAY_SENDER(DAY_SENDER) };

static const struct sql add_many_to_senders = { ADD_DAY_SENDER(
    MANY(DAY_SENDER)) };

static const struct sql add_to_failures = {
	"INSERT INTO rollup_failures (problem, day, series, receiving_ip,"
	" findings, failed_sessions, verified_findings)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
	" ON CONFLICT DO UPDATE SET"
	" findings = findings + excluded.findings, "
	" verified_findings = verified_findings + excluded.verified_findings,"
	" " GROW("failed_sessions")
};

/* How a rollup table is written: the columns of its key, and its sums. */
static const struct form {
	/* insert one row, or ROWS_TOGETHER (NULL: one by one) */
	const struct sql *add, *add_many;
	unsigned keys; /* numbers, then a text when it has one */
	bool text;
	unsigned sums;
} forms[KIND_COUNT] = {
	[KIND_DAYS] = { &add_to_days, NULL, 1, false, 1 },
	[KIND_WARNINGS] = { &add_to_warnings, NULL, 1, true, 1 },
	[KIND_DAILY] = { &add_to_daily, &add_many_to_daily, 2, false, 5 },
	[KIND_SENDERS] = { &add_to_senders, &add_many_to_senders, 2, false, 7 },
	[KIND_FAILURES] = { &add_to_failures, NULL, 3, true, 3 },
};

/* What is to be added to one row of a rollup. */
struct addition {
	int64_t key[KEYS];
	const char *text; /* "" where the form has none */
	int64_t sum[SUMS];
};

struct gathered {
	struct addition *item;
	size_t n, room;
	size_t report; /* where the present report begins */
};

struct rollup {
	struct gathered kind[KIND_COUNT];
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

static struct addition *
gather(struct gathered *g)
{
	g->item = xgrow(g->item, g->n, &g->room, sizeof *g->item);
	g->item[g->n] = (struct addition){ .text = "" };
	return &g->item[g->n++];
}

/*
 * The addition of the present report to that row, which is its own: a report
 * is one report of a series however many entries it has there.
 */
static struct addition *
gather_once(struct gathered *g, int64_t a, int64_t b)
{
	struct addition *x;
	size_t i;

	for (i = g->n; i > g->report; i--)
		if (g->item[i - 1].key[0] == a && g->item[i - 1].key[1] == b)
			return &g->item[i - 1];
	x = gather(g);
	x->key[0] = a;
	x->key[1] = b;
	x->sum[0] = 1;
	return x;
}

static int
compare(const void *a, const void *b)
{
	const struct addition *x = a, *y = b;
	size_t i;

	for (i = 0; i < KEYS; i++)
		if (x->key[i] != y->key[i])
			return x->key[i] < y->key[i] ? -1 : 1;
	return strcmp(x->text, y->text);
}

/* Sort them, and make one of those for the same row. */
static void
merge(struct gathered *g)
{
	struct addition *last = NULL;
	size_t i, j;

	if (g->n > 0)
		qsort(g->item, g->n, sizeof *g->item, compare);
	for (i = 0; i < g->n; i++) {
		if (last == NULL || compare(last, &g->item[i]) != 0) {
			last = last == NULL ? g->item : last + 1;
			*last = g->item[i];
			continue;
		}
		for (j = 0; j < SUMS; j++)
			last->sum[j] =
			    saturating_add(last->sum[j], g->item[i].sum[j]);
	}
	g->n = last == NULL ? 0 : (size_t)(last - g->item) + 1;
}

static int
write_rows(struct store *st, const struct form *form, const struct addition *x,
    size_t rows, struct fault *f)
{
	struct value v[ROWS_TOGETHER * (KEYS + 1 + SUMS)];
	const struct addition *end = x + rows;
	size_t n = 0, i;

	for (; x < end; x++) {
		for (i = 0; i < form->keys; i++)
			v[n++] = value_number(x->key[i]);
		if (form->text)
			v[n++] = value_text(x->text);
		for (i = 0; i < form->sums; i++)
			v[n++] = value_number(x->sum[i]);
	}
	return sql_run(st, rows == 1 ? form->add : form->add_many, v, n, f);
}

/* As many at once as there are statements for, which spares most of them. */
static int
write_all(struct store *st, const struct form *form, const struct gathered *g,
    struct fault *f)
{
	size_t i, rows;

	for (i = 0; i < g->n; i += rows) {
		rows = form->add_many != NULL && g->n - i >= ROWS_TOGETHER
			   ? ROWS_TOGETHER
			   : 1;
		if (write_rows(st, form, &g->item[i], rows, f) == -1)
			return -1;
	}
	return 0;
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
stretch_series(struct store *st, struct gathered *g, struct fault *f)
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
	enum kind k;

	if (r == NULL || r->kind[KIND_DAYS].n == 0)
		return 0;
	if (rollup_next_generation(st, f) == -1)
		return -1;
	for (k = 0; k < KIND_COUNT; k++) {
		merge(&r->kind[k]);
		if (write_all(st, &forms[k], &r->kind[k], f) == -1)
			return -1;
		if (k == KIND_DAILY && stretch_series(st, &r->kind[k], f) == -1)
			return -1;
		r->kind[k].n = 0;
	}
	arena_reset(&r->texts);
	return 0;
}

void
rollup_forget(struct store *st)
{
	struct rollup *r = st->rollup;
	enum kind k;

	if (r == NULL)
		return;
	for (k = 0; k < KIND_COUNT; k++)
		r->kind[k].n = 0;
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
	enum kind k;

	if (r == NULL)
		return;
	rollup_forget(st);
	for (k = 0; k < KIND_COUNT; k++)
		free(r->kind[k].item);
	arena_free(&r->texts);
	free(r);
	st->rollup = NULL;
}

/* Begin a report: when much waits, it is written first. */
static int
begin(struct store *st, struct rollup *r, struct fault *f)
{
	enum kind k;

	for (k = 0; k < KIND_COUNT; k++)
		if (r->kind[k].n >= GATHERED && rollup_flush(st, f) == -1)
			return -1;
	for (k = 0; k < KIND_COUNT; k++)
		r->kind[k].report = r->kind[k].n;
	return 0;
}

static void
add_day(struct rollup *r, int64_t day, int64_t reports)
{
	struct addition *x = gather(&r->kind[KIND_DAYS]);

	x->key[0] = day;
	x->sum[0] = reports;
}

static void
add_warning(struct rollup *r, int64_t day, const char *code, size_t len)
{
	struct addition *x = gather(&r->kind[KIND_WARNINGS]);

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
	x = gather(&r->kind[KIND_FAILURES]);
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
	grow(gather_once(&r->kind[KIND_DAILY], day, at.series), daily, 4);
	add_to_sender(
	    gather_once(&r->kind[KIND_SENDERS], sender, day), p, at.verified);
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
