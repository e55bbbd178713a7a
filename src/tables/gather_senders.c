#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "model/overview.h"
#include "model/row.h"
#include "store/sql.h"
#include "tables/best_list.h"
#include "tables/gather_senders.h"
#include "tables/gathering.h"
#include "tables/mirror.h"
#include "tables/table_list.h"
#include "tables/table_select.h"

/* What is read of the view sender_lives. */
enum {
	SENDER_ORGANIZATION,
	SENDER_REPORTER_DOMAIN,
	SENDER_DOMAIN,
	SENDER_FIRST_DAY,
	SENDER_LAST_DAY,
	SENDER_DAYS,
	SENDER_GAP,
	SENDER_SILENT_DAYS,
	SENDER_SILENT,
	SENDER_REPORTS,
	SENDER_SESSIONS,
	SENDER_FAILED,
	SENDER_VOUCHED,
	SENDER_COLUMNS
};

static const struct column columns[] = {
	[SENDER_ORGANIZATION] = { "organization", COLUMN_TEXT },
	[SENDER_REPORTER_DOMAIN] = { "reporter_domain", COLUMN_TEXT },
	[SENDER_DOMAIN] = { "domain", COLUMN_TEXT },
	[SENDER_FIRST_DAY] = { "first_day", COLUMN_NUMBER },
	[SENDER_LAST_DAY] = { "known_last", COLUMN_NUMBER },
	[SENDER_DAYS] = { "days", COLUMN_NUMBER },
	[SENDER_GAP] = { "longest_gap", COLUMN_NUMBER },
	[SENDER_SILENT_DAYS] = { "silent_days", COLUMN_NUMBER },
	[SENDER_SILENT] = { "silent", COLUMN_NUMBER },
	[SENDER_REPORTS] = { "reports", COLUMN_NUMBER },
	[SENDER_SESSIONS] = { "counted_sessions", COLUMN_NUMBER },
	[SENDER_FAILED] = { "counted_failed", COLUMN_NUMBER },
	[SENDER_VOUCHED] = { "verified_reports", COLUMN_NUMBER },
};

static const struct table lives = {
	.name = "sender_lives",
	.view = "sender_lives",
	.order = "organization, reporter_domain, domain",
	.domain_in = "domain IN (",
	.domain_end = ")",
	.from = "date >= ?N",
	.to = "date <= ?N",
	.columns = columns,
	.n_columns = SENDER_COLUMNS,
};

/* The senders as they come, in order of organization. */
struct senders {
	struct gathering *g;
	struct best_list best;
	char *organization; /* of the last one */
	struct arena names;
};

/* A day of the range; "" for one outside, which nobody but a person stores. */
static const char *
date_of(const struct gathering *g, int64_t day)
{
	return day >= g->from && day <= g->to ? g->o->days[day - g->from] : "";
}

static void
read_sender(
    struct overview_sender *s, const struct gathering *g, const struct cell *c)
{
	*s = (struct overview_sender){
		.organization = c[SENDER_ORGANIZATION].text,
		.reporter_domain = c[SENDER_REPORTER_DOMAIN].text,
		.domain = c[SENDER_DOMAIN].text,
		.first_day = date_of(g, c[SENDER_FIRST_DAY].number),
		.last_day = date_of(g, c[SENDER_LAST_DAY].number),
		.days_reported = (unsigned)c[SENDER_DAYS].number,
		.days_in_range = (unsigned)g->o->n_days,
		.longest_gap = (unsigned)c[SENDER_GAP].number,
		.silent_days = (unsigned)c[SENDER_SILENT_DAYS].number,
		.silent = c[SENDER_SILENT].number != 0,
		.reports = (uint64_t)c[SENDER_REPORTS].number,
		.sessions = (uint64_t)c[SENDER_SESSIONS].number,
		.failed = (uint64_t)c[SENDER_FAILED].number,
		.vouched_reports = (uint64_t)c[SENDER_VOUCHED].number,
		.signed_by = "",
	};
}

static int
on_sender(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	struct senders *all = arg;
	const struct overview_watch *watch = all->g->range->watch;
	struct overview_sender s;

	(void)n;
	(void)f;
	read_sender(&s, all->g, c);
	if (all->organization == NULL ||
	    strcmp(all->organization, s.organization) != 0) {
		arena_reset(&all->names);
		all->organization = arena_strdup(&all->names, s.organization);
		all->g->o->organizations++;
	}
	if (watch != NULL && watch->sender != NULL)
		watch->sender(watch->arg, &s);
	best_list_add(&all->best, &s);
	return 0;
}

static int
by_names(const void *a, const void *b)
{
	const struct overview_sender *x = a, *y = b;
	int c = strcmp(x->organization, y->organization);

	if (c == 0)
		c = strcmp(x->reporter_domain, y->reporter_domain);
	return c != 0 ? c : strcmp(x->domain, y->domain);
}

static int
by_weight(const void *a, const void *b)
{
	const struct overview_sender *x = a, *y = b;

	if (x->silent != y->silent)
		return x->silent ? -1 : 1;
	if (x->sessions != y->sessions)
		return x->sessions > y->sessions ? -1 : 1;
	return by_names(a, b);
}

static void
copy_sender(struct arena *a, void *item)
{
	struct overview_sender *s = item;

	s->organization = arena_strdup(a, s->organization);
	s->reporter_domain = arena_strdup(a, s->reporter_domain);
	s->domain = arena_strdup(a, s->domain);
}

/* Of a mirror: an organization's senders that it does not list. */
static int
on_others(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	const struct overview_watch *watch = g->range->watch;
	struct senders *all = arg;
	struct overview_sender s = { .organization = sql_column(row, 0),
		.silent = sqlite3_column_int(row, 3) != 0 };

	all->best.left_out += (uint64_t)sqlite3_column_int64(row, 1);
	if (sqlite3_column_int(row, 2) != 0)
		return 0;
	g->o->organizations++;
	if (watch != NULL && watch->sender != NULL)
		watch->sender(watch->arg, &s);
	return 0;
}

int
gather_senders(struct gathering *g, struct fault *f)
{
	size_t by_days = LIMIT_CELLS / g->o->n_days, n;
	struct senders all = { .g = g,
		.best = { .size = sizeof *g->senders,
		    .limit = by_days < LIMIT_SENDERS ? by_days : LIMIT_SENDERS,
		    .compare = by_weight,
		    .copy = copy_sender } };
	struct row_sink sink = { NULL, on_sender, &all };
	struct arena a = { 0 };
	const struct value *v = filter_values(&a, &g->filter, &n);
	int rc = sql_rows(g->st, table_sql(&a, &lives, &g->filter), v, n,
	    columns, SENDER_COLUMNS, &sink, f);

	if (rc == 0 && is_mirror(g->st))
		rc = gathering_each(
		    g, &mirror_select_others, NULL, 0, on_others, &all, f);
	if (rc == 0)
		g->senders =
		    best_list_take(&all.best, g->arena, &g->o->n_senders);
	g->o->senders_left_out = all.best.left_out;
	if (g->o->n_senders > 0)
		qsort(
		    g->senders, g->o->n_senders, sizeof *g->senders, by_names);
	g->o->senders = g->senders;
	best_list_free(&all.best);
	arena_free(&all.names);
	arena_free(&a);
	return rc;
}

/* What the rows of gather_days() are added to. */
struct calendar {
	struct overview_day *domain, *sender; /* n_days of each, in a row */
	struct overview_day *left_out;
	bool *reported;
	const struct overview_sender
	    *who; /* of the last row; NULL: not listed */
	const struct overview_domain *whose;
};

static void
add_day(struct overview_day *day, sqlite3_stmt *row, int column)
{
	day->sessions = saturating_count(
	    day->sessions, (uint64_t)sqlite3_column_int64(row, column));
	day->failed = saturating_count(
	    day->failed, (uint64_t)sqlite3_column_int64(row, column + 1));
}

static void
add_to_domain(struct gathering *g, struct calendar *c, const char *domain,
    size_t day, sqlite3_stmt *row, int column)
{
	if (c->whose == NULL || strcmp(c->whose->name, domain) != 0)
		c->whose = gathering_domain(g, domain);
	if (c->whose == NULL)
		add_day(&c->left_out[day], row, column);
	else
		add_day(
		    &c->domain[(size_t)(c->whose - g->domains) * g->o->n_days +
			       day],
		    row, column);
}

/* Whose row it is; the rows of one come one after another. */
static void
find_sender(struct gathering *g, struct calendar *c, sqlite3_stmt *row)
{
	struct overview_sender key = { .domain = sql_column(row, 0),
		.organization = sql_column(row, 1),
		.reporter_domain = sql_column(row, 2) };

	if (c->who != NULL && by_names(&key, c->who) == 0)
		return;
	c->who = NULL;
	if (g->o->n_senders > 0)
		c->who = bsearch(&key, g->senders, g->o->n_senders,
		    sizeof *g->senders, by_names);
}

/* A sender's day, which is one of its domain, too, but in a mirror. */
static int
on_day(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	struct calendar *c = arg;
	size_t i = (size_t)(sqlite3_column_int64(row, 3) - g->from), at;

	find_sender(g, c, row);
	if (!is_mirror(g->st))
		add_to_domain(g, c, sql_column(row, 0), i, row, 4);
	if (c->who != NULL) {
		at = (size_t)(c->who - g->senders) * g->o->n_days + i;
		add_day(&c->sender[at], row, 4);
		c->reported[at] = true;
	}
	return 0;
}

static int
on_domain_day(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	add_to_domain(g, arg, sql_column(row, 0),
	    (size_t)(sqlite3_column_int64(row, 1) - g->from), row, 2);
	return 0;
}

static const struct sql select_days = {
	"SELECT n.domain, n.organization, n.reporter_domain, r.day,"
	" r.counted_sessions, r.counted_failed"
	" FROM senders AS n CROSS JOIN rollup_senders AS r"
	" WHERE r.sender = n.id AND r.day BETWEEN ?1 AND ?2"
	" AND " OF("n.domain",
	    "?3") " ORDER BY n.domain, n.organization, n.reporter_domain"
};

int
gather_days(struct gathering *g, struct fault *f)
{
	struct value v[] = { value_number(g->from), value_number(g->to),
		value_text(g->list) };
	struct overview *o = g->o;
	size_t days = o->n_days, i;
	struct calendar c = {
		.domain = arena_alloc(
		    g->arena, o->n_domains * days * sizeof *c.domain),
		.sender = arena_alloc(
		    g->arena, o->n_senders * days * sizeof *c.sender),
		.left_out = arena_alloc(g->arena, days * sizeof *c.left_out),
		.reported = arena_alloc(g->arena, o->n_senders * days),
	};

	for (i = 0; i < o->n_domains; i++)
		g->domains[i].day = c.domain + i * days;
	for (i = 0; i < o->n_senders; i++) {
		g->senders[i].day = c.sender + i * days;
		g->senders[i].reported = c.reported + i * days;
	}
	if (o->domains_left_out > 0)
		o->day_left_out = c.left_out;
	if (is_mirror(g->st) && gathering_each(g, &mirror_select_days, NULL, 0,
				    on_domain_day, &c, f) == -1)
		return -1;
	return gathering_each(g, &select_days, v, 3, on_day, &c, f);
}
