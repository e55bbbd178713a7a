#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/domain_label.h"
#include "base/saturating.h"
#include "model/overview.h"
#include "store/sql.h"
#include "tables/best_list.h"
#include "tables/gather_domains.h"
#include "tables/gathering.h"
#include "tables/mirror.h"
#include "tables/policy_views.h"
#include "tables/problem_rows.h"
#include "tables/table_list.h"
#include "tables/table_select.h"

/* Columns of the CSV table domains. */
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

/*
 * Rows in order of domain, read side by side with those of other statements, so
 * that all that is known of a domain comes together without a list of all
 * domains.
 */
struct feed {
	sqlite3_stmt *row; /* NULL: not begun */
	int rc;		   /* 1: it stands on a row; 0: past the last */
	int domain;	   /* the column */
};

struct feeds {
	struct feed domains, before, vouched, unjudged, views, problems;
	struct mutes mutes;
	struct best_list best_domains, best_problems;
	struct arena scratch; /* of one domain */
};

/*
 * Go on to a domain, past those before it: 1 when the feed stands on a row of
 * it, 0 when it has none.
 */
static int
feed_reach(
    struct gathering *g, struct feed *in, const char *domain, struct fault *f)
{
	int order = -1;

	while (in->rc == 1 &&
	       (order = strcmp(sql_column(in->row, in->domain), domain)) < 0)
		in->rc = sql_next(g->st, in->row, f);
	return in->rc != 1 ? in->rc : order == 0;
}

/* Begin to read a table by domain; a mirror's is of the range alone. */
static int
feed_table(struct gathering *g, struct feed *in, const char *table,
    const char *order, struct fault *f)
{
	static const struct store_filter all;
	const struct store_filter *filter =
	    is_mirror(g->st) ? &all : &g->filter;
	struct arena a = { 0 };
	size_t n;
	const struct value *v = filter_values(&a, filter, &n);

	in->rc =
	    sql_open(g->st, table_sql_by(&a, table_find(table), filter, order),
		v, n, &in->row, f);
	if (in->rc == 0)
		in->rc = sql_next(g->st, in->row, f);
	arena_free(&a);
	return in->rc == -1 ? -1 : 0;
}

static const struct sql select_before = {
	"SELECT n.domain, CAST(total(r.counted_sessions) AS INTEGER),"
	" CAST(total(r.counted_failed) AS INTEGER)"
	" FROM senders AS n CROSS JOIN rollup_senders AS r"
	" WHERE r.sender = n.id AND r.day BETWEEN ?1 AND ?2"
	" AND " OF("n.domain", "?3") " GROUP BY n.domain ORDER BY n.domain"
};

/*
 * How each organization saw a domain's MTA-STS policy last in a week.  One that
 * never finds any may not look for it.
 */
#define VIEWS(from)                                                        \
	"SELECT domain, iif(policy_type = 'sts', policy_mode, ''),"        \
	" organization FROM (SELECT s.domain AS domain,"                   \
	" s.organization AS organization, s.policy_type AS policy_type,"   \
	" s.policy_mode AS policy_mode, max(8 * d.day +"                   \
	" instr(' tne', substr(s.policy_mode, 1, 1)))" from                \
	" AND (s.policy_type = 'sts' AND s.policy_mode <> ''"              \
	" OR s.policy_type = 'no-policy-found' AND EXISTS (SELECT 1"       \
	" FROM series AS x WHERE x.domain = s.domain"                      \
	" AND x.organization = s.organization AND x.policy_type = 'sts'))" \
	" GROUP BY s.domain, s.organization) ORDER BY 1, 2, 3"

static const struct sql select_views = { VIEWS(
    " FROM rollup_daily AS d CROSS JOIN series AS s"
    " WHERE s.id = d.series AND d.day BETWEEN ?1 AND ?2") };

/* The same of few domains, found by their names. */
static const struct sql select_own_views = { "WITH RECURSIVE " ASKED " " VIEWS(
    " FROM asked AS q CROSS JOIN series AS s CROSS JOIN days AS cal"
    " CROSS JOIN rollup_daily AS d WHERE q.name <> ''"
    " AND s.domain = q.name AND cal.day BETWEEN ?1 AND ?2"
    " AND d.day = cal.day AND d.series = s.id") };

/* Of the reports that somebody vouches for. */
static const struct sql select_vouched = {
	"SELECT n.domain, CAST(total(r.verified_sessions) AS INTEGER),"
	" CAST(total(r.verified_failed) AS INTEGER),"
	" count(DISTINCT iif(r.verified_reports > 0, n.organization, NULL))"
	" FROM senders AS n CROSS JOIN rollup_senders AS r"
	" WHERE r.sender = n.id AND r.day BETWEEN ?1 AND ?2"
	" AND " OF("n.domain", "?3") " GROUP BY n.domain ORDER BY n.domain"
};

/* Of those that were not judged, which the rollups do not tell apart. */
static const struct sql select_unjudged = {
	"SELECT p.domain, CAST(total(p.counted_sessions) AS INTEGER),"
	" CAST(total(p.counted_failed) AS INTEGER),"
	" count(DISTINCT p.organization)"
	" FROM reports AS r CROSS JOIN policies AS p"
	" WHERE r.date BETWEEN ?1 AND ?2 AND r.status = 'counted'"
	" AND r.dkim = '' AND p.report = r.id AND p.counted = 1"
	" AND " OF("p.domain", "?3") " GROUP BY p.domain ORDER BY p.domain"
};

/* Begin what tells vouched reports from others, as far as there are both. */
static int
begin_vouched(struct gathering *g, struct feeds *in, struct fault *f)
{
	const struct overview_vouching *v = &g->o->vouching;
	struct value days[] = { value_number(g->from), value_number(g->to),
		value_text(g->list) };
	struct value dates[] = { value_text(g->o->from), value_text(g->o->to),
		value_text(g->list) };
	bool mirror = is_mirror(g->st);

	if (v->vouched > 0)
		in->vouched.rc = sql_ask(g->st,
		    mirror ? &mirror_select_vouched : &select_vouched, days,
		    mirror ? 0 : 3, &in->vouched.row, f);
	if (v->vouched > 0 && v->unjudged > 0)
		in->unjudged.rc = sql_ask(
		    g->st, &select_unjudged, dates, 3, &in->unjudged.row, f);
	return in->vouched.rc == -1 || in->unjudged.rc == -1 ? -1 : 0;
}

static int
begin_feeds(struct gathering *g, struct feeds *in, struct fault *f)
{
	int64_t days = g->to - g->from + 1;
	struct value before[] = { value_number(g->from - days),
		value_number(g->from - 1), value_text(g->list) };
	struct value week[] = { value_number(g->to - WEEK + 1),
		value_number(g->to), value_text(g->list) };
	bool alone = g->range->alone, mirror = is_mirror(g->st);

	in->problems.domain = PROBLEM_DOMAIN;
	in->before.rc =
	    sql_ask(g->st, mirror ? &mirror_select_before : &select_before,
		before, mirror ? 0 : 3, &in->before.row, f);
	in->views.rc = sql_ask(g->st, alone ? &select_own_views : &select_views,
	    week, alone ? 3 : 2, &in->views.row, f);
	if (in->before.rc == -1 || in->views.rc == -1 ||
	    begin_vouched(g, in, f) == -1 ||
	    feed_table(g, &in->domains, "domains", "domain", f) == -1)
		return -1;
	return feed_table(g, &in->problems, "problems", "domain, problem", f);
}

static void
end_feeds(struct feeds *in)
{
	sqlite3_finalize(in->domains.row);
	sqlite3_finalize(in->problems.row);
	sqlite3_reset(in->before.row);
	sqlite3_reset(in->vouched.row);
	sqlite3_reset(in->unjudged.row);
	sqlite3_reset(in->views.row);
	mutes_free(&in->mutes);
	best_list_free(&in->best_domains);
	best_list_free(&in->best_problems);
	arena_free(&in->scratch);
}

/* Its own row; the strings are valid until the next. */
static void
read_domain(struct overview_domain *d, sqlite3_stmt *row)
{
	*d = (struct overview_domain){
		.name = sql_column(row, DOMAIN_NAME),
		.shown = "",
		.first_day = sql_column(row, DOMAIN_FIRST_DAY),
		.last_day = sql_column(row, DOMAIN_LAST_DAY),
		.sessions =
		    (uint64_t)sqlite3_column_int64(row, DOMAIN_SESSIONS),
		.failed = (uint64_t)sqlite3_column_int64(row, DOMAIN_FAILED),
		.policy_types = sql_column(row, DOMAIN_POLICY_TYPES),
		.policy_mode = sql_column(row, DOMAIN_POLICY_MODE),
		.clean_days =
		    (unsigned)sqlite3_column_int64(row, DOMAIN_CLEAN_DAYS),
		.organizations =
		    (unsigned)sqlite3_column_int64(row, DOMAIN_ORGANIZATIONS),
		.policies_differ = "",
	};
}

static int
add_before(struct gathering *g, struct feed *in, struct overview_domain *d,
    struct fault *f)
{
	int rc = feed_reach(g, in, d->name, f);

	if (rc == 1) {
		d->sessions_before = (uint64_t)sqlite3_column_int64(in->row, 1);
		d->failed_before = (uint64_t)sqlite3_column_int64(in->row, 2);
	}
	return rc == -1 ? -1 : 0;
}

static int
add_vouched(struct gathering *g, struct feed *in, struct overview_domain *d,
    struct fault *f)
{
	int rc = feed_reach(g, in, d->name, f);

	if (rc != 1)
		return rc;
	d->vouched_sessions = saturating_count(
	    d->vouched_sessions, (uint64_t)sqlite3_column_int64(in->row, 1));
	d->vouched_failed = saturating_count(
	    d->vouched_failed, (uint64_t)sqlite3_column_int64(in->row, 2));
	d->vouched_organizations += (unsigned)sqlite3_column_int64(in->row, 3);
	if (d->vouched_organizations > d->organizations)
		d->vouched_organizations = d->organizations;
	return 0;
}

static int
add_views(struct gathering *g, struct feeds *in, struct overview_domain *d,
    struct fault *f)
{
	struct policy_views views = { 0 };
	struct feed *from = &in->views;
	int rc;

	while ((rc = feed_reach(g, from, d->name, f)) == 1) {
		policy_views_add(&in->scratch, &views, sql_column(from->row, 1),
		    sql_column(from->row, 2));
		from->rc = sql_next(g->st, from->row, f);
	}
	d->policies_differ = policy_views_differ(&in->scratch, &views);
	return rc;
}

static const struct sql select_vouched_failures = {
	"SELECT CAST(total(failed_sessions) AS INTEGER) FROM rollup_failures"
	" WHERE problem = ?1 AND day BETWEEN ?2 AND ?3"
	" AND verified_findings = findings"
};

/*
 * What a muted problem takes off the alarm.  Of the vouched failures only its
 * own may be taken, or strangers could mail failures of a muted problem to make
 * others disappear.
 */
static int
add_muted(struct gathering *g, struct overview_domain *d,
    const struct overview_problem *p, struct fault *f)
{
	struct value v[] = { value_number(p->number), value_number(g->from),
		value_number(g->to) };
	int64_t vouched = (int64_t)p->failed;

	if (p->muted_until[0] == '\0' || p->state == PROBLEM_CURED)
		return 0;
	if (g->o->vouching.unjudged == 0 &&
	    sql_number(g->st, &select_vouched_failures, v, 3, &vouched, f) ==
		-1)
		return -1;
	d->failed_muted = saturating_count(d->failed_muted, p->failed);
	d->vouched_failed_muted =
	    saturating_count(d->vouched_failed_muted, (uint64_t)vouched);
	return 0;
}

/* Its problems, of which muted ones are no reason for an alarm. */
static int
add_problems(struct gathering *g, struct feeds *in, struct overview_domain *d,
    struct fault *f)
{
	const struct overview_watch *watch = g->range->watch;
	struct overview_problem p;
	int rc;

	while ((rc = feed_reach(g, &in->problems, d->name, f)) == 1) {
		problem_read(&p, in->problems.row, &in->mutes);
		p.reporters = d->organizations;
		p.vouched_sessions = d->vouched_sessions;
		p.vouched_reporters = d->vouched_organizations;
		if (add_muted(g, d, &p, f) == -1)
			return -1;
		if (watch != NULL && watch->problem != NULL)
			watch->problem(watch->arg, &p);
		best_list_add(&in->best_problems, &p);
		in->problems.rc = sql_next(g->st, in->problems.row, f);
	}
	return rc;
}

static void
add_to_totals(struct overview *o, const struct overview_domain *d)
{
	o->sessions = saturating_count(o->sessions, d->sessions);
	o->failed = saturating_count(o->failed, d->failed);
	o->sessions_before =
	    saturating_count(o->sessions_before, d->sessions_before);
	o->failed_before = saturating_count(o->failed_before, d->failed_before);
	o->vouched_sessions =
	    saturating_count(o->vouched_sessions, d->vouched_sessions);
	o->vouched_failed =
	    saturating_count(o->vouched_failed, d->vouched_failed);
}

static int
add_domain(struct gathering *g, struct feeds *in, struct fault *f)
{
	const struct overview_watch *watch = g->range->watch;
	struct overview_domain d;

	arena_reset(&in->scratch);
	read_domain(&d, in->domains.row);
	if (add_before(g, &in->before, &d, f) == -1 ||
	    add_vouched(g, &in->vouched, &d, f) == -1 ||
	    add_vouched(g, &in->unjudged, &d, f) == -1 ||
	    add_views(g, in, &d, f) == -1 || add_problems(g, in, &d, f) == -1)
		return -1;
	add_to_totals(g->o, &d);
	if (watch != NULL && watch->domain != NULL)
		watch->domain(watch->arg, &d);
	best_list_add(&in->best_domains, &d);
	in->domains.rc = sql_next(g->st, in->domains.row, f);
	return 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct overview_domain *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Worst first: by what failed, then by size. */
static int
by_failed(const void *a, const void *b)
{
	const struct overview_domain *x = a, *y = b;

	if (x->failed != y->failed)
		return x->failed > y->failed ? -1 : 1;
	if (x->sessions != y->sessions)
		return x->sessions > y->sessions ? -1 : 1;
	return by_name(a, b);
}

static void
copy_domain(struct arena *a, void *item)
{
	struct overview_domain *d = item;

	d->name = arena_strdup(a, d->name);
	d->first_day = arena_strdup(a, d->first_day);
	d->last_day = arena_strdup(a, d->last_day);
	d->policy_types = arena_strdup(a, d->policy_types);
	d->policy_mode = arena_strdup(a, d->policy_mode);
	d->policies_differ = arena_strdup(a, d->policies_differ);
}

/* The lists of an overview, of what was kept. */
static void
take_lists(struct gathering *g, struct feeds *in)
{
	struct overview *o = g->o;
	size_t i;

	g->domains = best_list_take(&in->best_domains, g->arena, &o->n_domains);
	g->problems =
	    best_list_take(&in->best_problems, g->arena, &o->n_problems);
	o->domains_left_out = in->best_domains.left_out;
	o->problems_left_out = in->best_problems.left_out;
	qsort(g->domains, o->n_domains, sizeof *g->domains, by_name);
	for (i = 0; i < o->n_domains; i++)
		g->domains[i].shown =
		    domain_label_shown(g->arena, g->domains[i].name);
	for (i = 0; i < o->n_problems; i++)
		g->problems[i].shown =
		    domain_label_shown(g->arena, g->problems[i].domain);
	o->domains = g->domains;
	o->problems = g->problems;
}

int
gather_domains(struct gathering *g, struct fault *f)
{
	size_t by_days = LIMIT_CELLS / g->o->n_days;
	struct feeds in = {
		.best_domains = { .size = sizeof *g->domains,
		    .limit = by_days < LIMIT_DOMAINS ? by_days : LIMIT_DOMAINS,
		    .compare = by_failed,
		    .copy = copy_domain },
		.best_problems = { .size = sizeof *g->problems,
		    .limit = LIMIT_PROBLEMS,
		    .compare = problem_compare,
		    .copy = problem_copy },
	};
	int rc = -1;

	if (mutes_read(g, &in.mutes, f) == -1 || begin_feeds(g, &in, f) == -1)
		goto out;
	while (in.domains.rc == 1)
		if (add_domain(g, &in, f) == -1)
			goto out;
	rc = in.domains.rc;
	if (rc == 0)
		take_lists(g, &in);
out:
	end_feeds(&in);
	return rc;
}
