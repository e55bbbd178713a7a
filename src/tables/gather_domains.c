#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/domain_label.h"
#include "tables/gather_domains.h"
#include "tables/gathering.h"

/*
 * A sender is silent that reported on REGULAR_DAYS or more and is missing for
 * longer than PATIENCE_DAYS and twice its longest gap; csv_domains counts them.
 */
enum {
	REGULAR_DAYS = 5,
	PATIENCE_DAYS = 3
};

/* Places of columns in the CSV tables domains and senders. */
enum {
	DOMAIN_NAME,
	DOMAIN_FIRST_DAY,
	DOMAIN_LAST_DAY,
	DOMAIN_ORGANIZATIONS,
	DOMAIN_SESSIONS,
	DOMAIN_FAILED,
	DOMAIN_POLICY_TYPES = 7,
	DOMAIN_POLICY_MODE,
	DOMAIN_CLEAN_DAYS
};

enum {
	SENDER_ORGANIZATION,
	SENDER_REPORTER_DOMAIN,
	SENDER_DOMAIN,
	SENDER_FIRST_DAY,
	SENDER_LAST_DAY,
	SENDER_DAYS,
	SENDER_DAYS_IN_RANGE,
	SENDER_GAP,
	SENDER_SILENT_DAYS,
	SENDER_REPORTS,
	SENDER_SESSIONS,
	SENDER_FAILED
};

static int
on_domain(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	struct gathering *g = arg;
	struct overview_domain *d;

	(void)n;
	(void)f;
	if (g->n_domains == LIMIT_DOMAINS ||
	    g->n_domains * g->o->n_days >= LIMIT_CELLS) {
		g->o->domains_left_out++;
		return 0;
	}
	g->domains = arena_grow(g->arena, g->domains, g->n_domains,
	    &g->room_domains, sizeof *g->domains);
	d = &g->domains[g->n_domains++];
	*d = (struct overview_domain){
		.name = gathering_text(g, &c[DOMAIN_NAME]),
		.first_day = gathering_text(g, &c[DOMAIN_FIRST_DAY]),
		.last_day = gathering_text(g, &c[DOMAIN_LAST_DAY]),
		.sessions = (uint64_t)c[DOMAIN_SESSIONS].number,
		.failed = (uint64_t)c[DOMAIN_FAILED].number,
		.policy_types = gathering_text(g, &c[DOMAIN_POLICY_TYPES]),
		.policy_mode = gathering_text(g, &c[DOMAIN_POLICY_MODE]),
		.clean_days = (unsigned)c[DOMAIN_CLEAN_DAYS].number,
		.organizations = (unsigned)c[DOMAIN_ORGANIZATIONS].number,
		.policies_differ = "",
	};
	d->shown = domain_label_shown(g->arena, d->name);
	return 0;
}

static int
on_before(struct gathering *g, sqlite3_stmt *row)
{
	struct overview_domain *d = gathering_domain(g, sql_column(row, 0));

	if (d != NULL) {
		d->sessions_before = (uint64_t)sqlite3_column_int64(row, 1);
		d->failed_before = (uint64_t)sqlite3_column_int64(row, 2);
	}
	return 0;
}

/* One organization's view of a domain's policy: "" is none found. */
struct view {
	const char *mode, *organization;
};

/* The views of one domain, in order of mode. */
struct views {
	struct overview_domain *domain;
	struct view item[LIMIT_NAMES];
	size_t n;
};

/* Where the most common mode begins, and how many share it. */
static size_t
common_view(const struct views *v, size_t *count)
{
	size_t best = 0, i, j;

	for (i = *count = 0; i < v->n; i = j) {
		for (j = i;
		     j < v->n && strcmp(v->item[j].mode, v->item[i].mode) == 0;
		     j++)
			continue;
		if (j - i > *count) {
			*count = j - i;
			best = i;
		}
	}
	return best;
}

/* "testing: Google Inc., Comcast; no policy: Mail.ru": all but the common. */
static const char *
word_views(struct gathering *g, const struct views *v)
{
	size_t common, begin = common_view(v, &common), i;
	const char *text = "", *last = NULL;

	for (i = 0; i < v->n; i++) {
		const struct view *x = &v->item[i];

		if (i >= begin && i < begin + common)
			continue;
		if (last != NULL && strcmp(last, x->mode) == 0)
			text = arena_printf(
			    g->arena, "%s, %s", text, x->organization);
		else
			text = arena_printf(g->arena, "%s%s%s: %s", text,
			    text[0] != '\0' ? "; " : "",
			    x->mode[0] != '\0' ? x->mode : "no policy",
			    x->organization);
		last = x->mode;
	}
	return text;
}

static void
end_views(struct gathering *g)
{
	struct views *v = g->views;

	if (v->domain != NULL)
		v->domain->policies_differ = word_views(g, v);
	v->n = 0;
}

static int
on_view(struct gathering *g, sqlite3_stmt *row)
{
	struct overview_domain *d = gathering_domain(g, sql_column(row, 0));
	struct views *v = g->views;

	if (d != v->domain)
		end_views(g);
	v->domain = d;
	if (d == NULL || v->n == LIMIT_NAMES)
		return 0;
	v->item[v->n].mode = sql_copy_column(g->arena, row, 1);
	v->item[v->n++].organization = sql_copy_column(g->arena, row, 2);
	return 0;
}

/* How each organization sees a domain's MTA-STS policy lately; one
 * that never finds any may not look for it. */
static const struct sql select_views = {
	"SELECT domain, iif(policy_type = 'sts', policy_mode, ''),"
	" organization FROM (SELECT s.domain AS domain,"
	" s.organization AS organization, s.policy_type AS policy_type,"
	" s.policy_mode AS policy_mode, max(8 * d.day +"
	" instr(' tne', substr(s.policy_mode, 1, 1)))"
	" FROM rollup_daily AS d CROSS JOIN series AS s"
	" WHERE s.id = d.series AND d.day BETWEEN ?1 AND ?2"
	" AND (s.policy_type = 'sts' AND s.policy_mode <> ''"
	" OR s.policy_type = 'no-policy-found' AND EXISTS (SELECT 1"
	" FROM series AS x WHERE x.domain = s.domain"
	" AND x.organization = s.organization AND x.policy_type = 'sts'))"
	" GROUP BY s.domain, s.organization) ORDER BY 1, 2, 3"
};

static int
gather_views(struct gathering *g, struct fault *f)
{
	struct views views = { 0 };
	struct value week[] = { value_number(g->to - WEEK + 1),
		value_number(g->to) };
	int rc;

	g->views = &views;
	rc = gathering_each(g, &select_views, week, 2, on_view, f);
	end_views(g);
	g->views = NULL;
	return rc;
}

static const struct sql select_before = {
	"SELECT n.domain, CAST(total(r.counted_sessions) AS INTEGER),"
	" CAST(total(r.counted_failed) AS INTEGER)"
	" FROM senders AS n CROSS JOIN rollup_senders AS r"
	" WHERE r.sender = n.id AND r.day BETWEEN ?1 AND ?2"
	" AND " OF("n.domain", "?3") " GROUP BY n.domain"
};

int
gather_domains(struct gathering *g, struct fault *f)
{
	struct row_sink sink = { NULL, on_domain, g };
	int64_t days = g->to - g->from + 1;
	struct value before[] = { value_number(g->from - days),
		value_number(g->from - 1), value_text(g->list) };

	if (store_read_table(g->st, "domains", &g->filter, &sink, f) == -1 ||
	    gathering_each(g, &select_before, before, 3, on_before, f) == -1)
		return -1;
	return gather_views(g, f);
}

static int
on_sender(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	struct gathering *g = arg;
	struct overview_sender *s;

	(void)n;
	(void)f;
	if (g->n_senders == LIMIT_SENDERS ||
	    g->n_senders * g->o->n_days >= LIMIT_CELLS) {
		g->o->senders_left_out++;
		return 0;
	}
	g->senders = arena_grow(g->arena, g->senders, g->n_senders,
	    &g->room_senders, sizeof *g->senders);
	s = &g->senders[g->n_senders++];
	*s = (struct overview_sender){
		.organization = gathering_text(g, &c[SENDER_ORGANIZATION]),
		.reporter_domain =
		    gathering_text(g, &c[SENDER_REPORTER_DOMAIN]),
		.domain = gathering_text(g, &c[SENDER_DOMAIN]),
		.first_day = gathering_text(g, &c[SENDER_FIRST_DAY]),
		.last_day = gathering_text(g, &c[SENDER_LAST_DAY]),
		.days_reported = (unsigned)c[SENDER_DAYS].number,
		.days_in_range = (unsigned)c[SENDER_DAYS_IN_RANGE].number,
		.longest_gap = (unsigned)c[SENDER_GAP].number,
		.silent_days = (unsigned)c[SENDER_SILENT_DAYS].number,
		.reports = (uint64_t)c[SENDER_REPORTS].number,
		.sessions = (uint64_t)c[SENDER_SESSIONS].number,
		.failed = (uint64_t)c[SENDER_FAILED].number,
	};
	s->silent = s->days_reported >= REGULAR_DAYS &&
		    s->silent_days > PATIENCE_DAYS + 2 * s->longest_gap;
	return 0;
}

int
gather_senders(struct gathering *g, struct fault *f)
{
	struct row_sink sink = { NULL, on_sender, g };

	return store_read_table(g->st, "senders", &g->filter, &sink, f);
}

static int
compare_sender(const void *a, const void *b)
{
	const struct overview_sender *x = a, *y = b;
	int c = strcmp(x->organization, y->organization);

	if (c == 0)
		c = strcmp(x->reporter_domain, y->reporter_domain);
	return c != 0 ? c : strcmp(x->domain, y->domain);
}

/* What the rows of gather_days are added to. */
struct calendar {
	struct overview_day *domain, *sender; /* n_days of each, in a row */
	bool *reported;
	struct overview_sender *who; /* of the last row */
	struct overview_domain *whose;
};

/* Whose row it is; the rows of one come one after another. */
static void
find_owner(struct gathering *g, struct calendar *c, sqlite3_stmt *row)
{
	struct overview_sender key = { .domain = sql_column(row, 0),
		.organization = sql_column(row, 1),
		.reporter_domain = sql_column(row, 2) };

	if (c->who != NULL && compare_sender(&key, c->who) == 0)
		return;
	c->who = NULL;
	if (g->n_senders > 0)
		c->who = bsearch(&key, g->senders, g->n_senders,
		    sizeof *g->senders, compare_sender);
	if (c->whose == NULL || strcmp(c->whose->name, key.domain) != 0)
		c->whose = gathering_domain(g, key.domain);
}

static int
on_day(struct gathering *g, sqlite3_stmt *row)
{
	struct calendar *c = g->calendar;
	size_t i = (size_t)(sqlite3_column_int64(row, 3) - g->from);
	uint64_t sessions = (uint64_t)sqlite3_column_int64(row, 4);
	uint64_t failed = (uint64_t)sqlite3_column_int64(row, 5);
	size_t at;

	find_owner(g, c, row);
	if (c->whose != NULL) {
		at = (size_t)(c->whose - g->domains) * g->o->n_days + i;
		c->domain[at].sessions += sessions;
		c->domain[at].failed += failed;
	}
	if (c->who != NULL) {
		at = (size_t)(c->who - g->senders) * g->o->n_days + i;
		c->sender[at].sessions += sessions;
		c->sender[at].failed += failed;
		c->reported[at] = true;
	}
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
	size_t days = g->o->n_days, i;
	struct calendar c = {
		.domain = arena_alloc(
		    g->arena, g->n_domains * days * sizeof *c.domain),
		.sender = arena_alloc(
		    g->arena, g->n_senders * days * sizeof *c.sender),
		.reported = arena_alloc(g->arena, g->n_senders * days),
	};

	int rc;

	for (i = 0; i < g->n_domains; i++)
		g->domains[i].day = c.domain + i * days;
	for (i = 0; i < g->n_senders; i++) {
		g->senders[i].day = c.sender + i * days;
		g->senders[i].reported = c.reported + i * days;
	}
	g->calendar = &c;
	rc = gathering_each(g, &select_days, v, 3, on_day, f);
	g->calendar = NULL;
	return rc;
}
