#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "model/overview.h"
#include "store/sql.h"
#include "tables/gather_problems.h"
#include "tables/gathering.h"
#include "tables/problem_rows.h"

static int
on_name(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	struct overview_problem *p = arg;

	p->organization_names = arena_printf(g->arena, "%s%s%s",
	    p->organization_names, p->organization_names[0] != '\0' ? ", " : "",
	    sql_column(row, 0));
	return 0;
}

static int
on_vouched(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	struct overview_problem *p = arg;

	(void)g;
	p->vouched = sqlite3_column_int(row, 0) != 0;
	return 0;
}

static const struct sql select_is_vouched = {
	"SELECT EXISTS (SELECT 1 FROM rollup_failures"
	" WHERE problem = ?1 AND verified_findings > 0)"
};

/* LIMIT_NAMES of them. */
static const struct sql select_names = {
	"SELECT organization FROM (SELECT s.organization AS organization,"
	" total(f.failed_sessions) AS failed"
	" FROM rollup_failures AS f CROSS JOIN series AS s"
	" WHERE f.problem = ?1 AND s.id = f.series"
	" AND f.day BETWEEN ?2 AND ?3 GROUP BY s.organization"
	" ORDER BY failed DESC, organization LIMIT 20) ORDER BY organization"
};

static int
name_organizations(struct gathering *g, struct fault *f)
{
	struct value v[] = { value_number(0), value_number(g->from),
		value_number(g->to) };
	size_t i;

	for (i = 0; i < g->o->n_problems; i++) {
		struct overview_problem *p = &g->problems[i];

		v[0] = value_number(p->number);
		if (gathering_each(g, &select_names, v, 3, on_name, p, f) ==
			-1 ||
		    gathering_each(
			g, &select_is_vouched, v, 1, on_vouched, p, f) == -1)
			return -1;
		if (p->organizations > LIMIT_NAMES)
			p->organization_names = arena_printf(g->arena,
			    "%s and %u more", p->organization_names,
			    p->organizations - LIMIT_NAMES);
	}
	return 0;
}

/* By what it is: its domain, host and type. */
static int
by_cause(const void *a, const void *b)
{
	const struct overview_problem *x = a, *y = b;
	int c = strcmp(x->domain, y->domain);

	if (c == 0)
		c = strcmp(x->mx, y->mx);
	return c != 0 ? c : strcmp(x->result_type, y->result_type);
}

/* The first reason that comes for a problem is the most frequent. */
static int
on_reason(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	struct overview_problem key = { .domain = sql_column(row, 0),
		.mx = sql_column(row, 1),
		.result_type = sql_column(row, 2) };
	struct overview_problem *p = NULL;

	(void)arg;
	if (g->o->n_problems > 0)
		p = bsearch(&key, g->problems, g->o->n_problems,
		    sizeof *g->problems, by_cause);
	if (p != NULL && p->reason[0] == '\0')
		p->reason = sql_copy_column(g->arena, row, 3);
	return 0;
}

/* The newest failures are enough to tell the reason that is given most. */
static const struct sql select_reasons = {
	"SELECT p.domain, newest.receiving_mx_hostname, newest.result_type,"
	" newest.failure_reason_code"
	" FROM (SELECT report, policy, receiving_mx_hostname,"
	" result_type, failure_reason_code, failed_sessions"
	" FROM failures WHERE date BETWEEN ?1 AND ?2"
	" ORDER BY date DESC LIMIT 20000) AS newest CROSS JOIN policies AS p"
	" WHERE p.report = newest.report AND p.n = newest.policy"
	" AND p.counted = 1 AND newest.failure_reason_code <> ''"
	" GROUP BY p.domain, newest.receiving_mx_hostname,"
	" newest.result_type, newest.failure_reason_code"
	" ORDER BY total(newest.failed_sessions) DESC,"
	" newest.failure_reason_code"
};

static void
sort(struct gathering *g, int (*order)(const void *, const void *))
{
	if (g->o->n_problems > 0)
		qsort(
		    g->problems, g->o->n_problems, sizeof *g->problems, order);
}

/* Sessions of its domain since it began, as far as the range shows. */
static void
count_domain_sessions(struct gathering *g)
{
	const struct overview *o = g->o;
	size_t i, day;

	for (i = 0; i < o->n_problems; i++) {
		struct overview_problem *p = &g->problems[i];
		const struct overview_domain *d =
		    gathering_domain(g, p->domain);

		for (day = o->n_days;
		     d != NULL && day > 0 &&
		     strcmp(o->days[day - 1], p->first_day) >= 0;
		     day--)
			p->domain_sessions = saturating_count(
			    p->domain_sessions, d->day[day - 1].sessions);
	}
}

int
gather_problems(struct gathering *g, struct fault *f)
{
	struct value dates[] = { value_text(g->o->from), value_text(g->o->to) };

	count_domain_sessions(g);
	if (name_organizations(g, f) == -1)
		return -1;
	sort(g, by_cause);
	if (gathering_each(g, &select_reasons, dates, 2, on_reason, NULL, f) ==
	    -1)
		return -1;
	sort(g, problem_compare);
	return 0;
}

/* The result types that fail most, each with its days. */
struct result_days {
	struct overview_result item[LIMIT_NAMES];
	uint64_t *day[LIMIT_NAMES];
	size_t n;
};

static int
on_type(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	struct result_days *r = arg;

	r->day[r->n] =
	    arena_alloc(g->arena, g->o->n_days * sizeof *r->day[r->n]);
	r->item[r->n] = (struct overview_result){
		.result_type = sql_copy_column(g->arena, row, 0),
		.failed = (uint64_t)sqlite3_column_int64(row, 1),
		.day = r->day[r->n],
	};
	g->o->results_left_out =
	    (uint64_t)sqlite3_column_int64(row, 2) - ++r->n;
	return 0;
}

/* The problems of the domains asked for; those of few are found by name. */
#define OF_ALL                                                           \
	" FROM problems AS b CROSS JOIN rollup_failures AS f WHERE " OF( \
	    "b.domain", "?3")
#define OF_FEW                                                 \
	" FROM asked AS q CROSS JOIN problems AS b CROSS JOIN" \
	" rollup_failures AS f WHERE q.name <> '' AND b.domain = q.name"
#define IN_RANGE " AND f.problem = b.id AND f.day BETWEEN ?1 AND ?2"

/* LIMIT_NAMES of them. */
#define TYPES(of)                                                         \
	"SELECT b.result_type, CAST(total(f.failed_sessions) AS INTEGER)" \
	" AS failed, count(*) OVER ()" of IN_RANGE                        \
	" GROUP BY b.result_type ORDER BY failed DESC, b.result_type LIMIT 20"

static const struct sql select_types = { TYPES(OF_ALL) };
static const struct sql select_own_types = { "WITH RECURSIVE " ASKED
					     " " TYPES(OF_FEW) };

static int
on_result(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	struct result_days *r = arg;
	const char *type = sql_column(row, 0);
	size_t day = (size_t)(sqlite3_column_int64(row, 1) - g->from), i;

	for (i = 0; i < r->n; i++)
		if (strcmp(r->item[i].result_type, type) == 0)
			r->day[i][day] = (uint64_t)sqlite3_column_int64(row, 2);
	return 0;
}

#define RESULTS(of)                                              \
	"SELECT b.result_type, f.day,"                           \
	" CAST(total(f.failed_sessions) AS INTEGER)" of IN_RANGE \
	" GROUP BY b.result_type, f.day"

static const struct sql select_results = { RESULTS(OF_ALL) };
static const struct sql select_own_results = { "WITH RECURSIVE " ASKED
					       " " RESULTS(OF_FEW) };

int
gather_results(struct gathering *g, struct fault *f)
{
	struct result_days *r = arena_alloc(g->arena, sizeof *r);
	struct value v[] = { value_number(g->from), value_number(g->to),
		value_text(g->list) };
	bool alone = g->range->alone;

	if (gathering_each(g, alone ? &select_own_types : &select_types, v, 3,
		on_type, r, f) == -1 ||
	    gathering_each(g, alone ? &select_own_results : &select_results, v,
		3, on_result, r, f) == -1)
		return -1;
	g->o->results = r->item;
	g->o->n_results = r->n;
	return 0;
}
