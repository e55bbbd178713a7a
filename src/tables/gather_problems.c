#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/domain_label.h"
#include "tables/gather_problems.h"
#include "tables/gathering.h"

/* Places of columns in the CSV table problems. */
enum {
	PROBLEM_NUMBER,
	PROBLEM_DOMAIN,
	PROBLEM_MX,
	PROBLEM_RESULT_TYPE,
	PROBLEM_POLICY_TYPES,
	PROBLEM_POLICY_MODE,
	PROBLEM_SIDE,
	PROBLEM_STATE,
	PROBLEM_FIRST_DAY,
	PROBLEM_LAST_DAY,
	PROBLEM_DAYS,
	PROBLEM_ORGANIZATIONS,
	PROBLEM_ORGANIZATION_NAMES,
	PROBLEM_FAILED,
	PROBLEM_FAILED_LAST_7_DAYS
};

static const struct {
	const char *name;
	enum problem_state state;
} states[] = { { "new", PROBLEM_NEW }, { "open", PROBLEM_OPEN },
	{ "cured", PROBLEM_CURED }, { "recurring", PROBLEM_RECURRING } };

static enum problem_state
state_of(const struct cell *c)
{
	size_t i;

	for (i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i].name, c->text) == 0)
			return states[i].state;
	return PROBLEM_OPEN;
}

/* Sessions of its domain since it began, as far as the range shows. */
static uint64_t
domain_sessions(const struct overview *o, const struct overview_domain *d,
    const char *since)
{
	uint64_t n = 0;
	size_t i;

	for (i = o->n_days; i > 0 && strcmp(o->days[i - 1], since) >= 0; i--)
		n += d->day[i - 1].sessions;
	return n;
}

static void
read_problem(
    struct gathering *g, const struct cell *c, struct overview_problem *p)
{
	*p = (struct overview_problem){
		.number = c[PROBLEM_NUMBER].number,
		.domain = gathering_text(g, &c[PROBLEM_DOMAIN]),
		.mx = gathering_text(g, &c[PROBLEM_MX]),
		.result_type = gathering_text(g, &c[PROBLEM_RESULT_TYPE]),
		.policy_types = gathering_text(g, &c[PROBLEM_POLICY_TYPES]),
		.policy_mode = gathering_text(g, &c[PROBLEM_POLICY_MODE]),
		.side = gathering_text(g, &c[PROBLEM_SIDE]),
		.state = state_of(&c[PROBLEM_STATE]),
		.first_day = gathering_text(g, &c[PROBLEM_FIRST_DAY]),
		.last_day = gathering_text(g, &c[PROBLEM_LAST_DAY]),
		.days = (unsigned)c[PROBLEM_DAYS].number,
		.organizations = (unsigned)c[PROBLEM_ORGANIZATIONS].number,
		.organization_names = "",
		.failed = (uint64_t)c[PROBLEM_FAILED].number,
		.failed_last_7_days =
		    (uint64_t)c[PROBLEM_FAILED_LAST_7_DAYS].number,
		.reason = "",
		.muted_until = "",
		.mute_note = "",
	};
	p->shown = domain_label_shown(g->arena, p->domain);
}

static int
on_problem(void *arg, const struct cell *c, size_t n, struct fault *f)
{
	struct gathering *g = arg;
	const struct overview_domain *d;
	struct overview_problem *p;

	(void)n;
	(void)f;
	if (g->n_problems == LIMIT_PROBLEMS) {
		g->o->problems_left_out++;
		return 0;
	}
	g->problems = arena_grow(g->arena, g->problems, g->n_problems,
	    &g->room_problems, sizeof *g->problems);
	p = &g->problems[g->n_problems++];
	read_problem(g, c, p);
	if ((d = gathering_domain(g, p->domain)) != NULL) {
		p->reporters = d->organizations;
		p->domain_sessions = domain_sessions(g->o, d, p->first_day);
	}
	return 0;
}

static int
on_name(struct gathering *g, sqlite3_stmt *row)
{
	struct overview_problem *p = g->named;

	p->organization_names = arena_printf(g->arena, "%s%s%s",
	    p->organization_names, p->organization_names[0] != '\0' ? ", " : "",
	    sql_column(row, 0));
	return ++g->names == LIMIT_NAMES ? -1 : 0;
}

static const struct sql select_names = {
	"SELECT DISTINCT s.organization"
	" FROM rollup_failures AS f CROSS JOIN series AS s"
	" WHERE f.problem = ?1 AND s.id = f.series"
	" AND f.day BETWEEN ?2 AND ?3 ORDER BY 1"
};

static int
name_organizations(struct gathering *g, struct fault *f)
{
	struct value v[] = { value_number(0), value_number(g->from),
		value_number(g->to) };
	size_t i;

	for (i = 0; i < g->n_problems; i++) {
		g->named = &g->problems[i];
		g->names = 0;
		v[0] = value_number(g->named->number);
		if (gathering_each(g, &select_names, v, 3, on_name, f) == -1)
			return -1;
	}
	return 0;
}

static int
by_number(const void *a, const void *b)
{
	const struct overview_problem *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

static int
on_mute(struct gathering *g, sqlite3_stmt *row)
{
	struct overview_problem key = { .number =
					    sqlite3_column_int64(row, 0) };
	struct overview_problem *p = NULL;

	if (g->n_problems > 0)
		p = bsearch(&key, g->problems, g->n_problems,
		    sizeof *g->problems, by_number);
	if (p != NULL) {
		p->muted_until = sql_copy_column(g->arena, row, 1);
		p->mute_note = sql_copy_column(g->arena, row, 2);
	}
	return 0;
}

/* By what it is: its domain, host and type. */
static int
compare_cause(
    const struct overview_problem *x, const struct overview_problem *y)
{
	int c = strcmp(x->domain, y->domain);

	if (c == 0)
		c = strcmp(x->mx, y->mx);
	return c != 0 ? c : strcmp(x->result_type, y->result_type);
}

static int
by_cause(const void *a, const void *b)
{
	return compare_cause(a, b);
}

/* The first that comes for a problem is the most frequent. */
static int
on_reason(struct gathering *g, sqlite3_stmt *row)
{
	struct overview_problem key = { .domain = sql_column(row, 0),
		.mx = sql_column(row, 1),
		.result_type = sql_column(row, 2) };
	struct overview_problem *p = NULL;

	if (g->n_problems > 0)
		p = bsearch(&key, g->problems, g->n_problems,
		    sizeof *g->problems, by_cause);
	if (p != NULL && p->reason[0] == '\0')
		p->reason = sql_copy_column(g->arena, row, 3);
	return 0;
}

/* Problems in order of cause are the table of MX hosts. */
static void
list_hosts(struct gathering *g)
{
	struct overview_mx *mx =
	    arena_alloc(g->arena, g->n_problems * sizeof *mx);
	size_t i;

	for (i = 0; i < g->n_problems; i++)
		mx[i] = (struct overview_mx){
			.domain = g->problems[i].domain,
			.mx = g->problems[i].mx,
			.result_type = g->problems[i].result_type,
			.failed = g->problems[i].failed,
			.organizations = g->problems[i].organizations,
		};
	g->o->mx = mx;
	g->o->n_mx = g->n_problems;
}

static int
descending(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

/* Worst first: what goes on before what is cured, then by what fails. */
static int
by_urgency(const void *a, const void *b)
{
	const struct overview_problem *x = a, *y = b;
	bool x_cured = x->state == PROBLEM_CURED;
	bool y_cured = y->state == PROBLEM_CURED;

	if (x_cured != y_cured)
		return x_cured ? 1 : -1;
	if (x->failed_last_7_days != y->failed_last_7_days)
		return descending(x->failed_last_7_days, y->failed_last_7_days);
	if (x->failed != y->failed)
		return descending(x->failed, y->failed);
	return by_number(a, b);
}

static void
sort(struct gathering *g, int (*order)(const void *, const void *))
{
	if (g->n_problems > 0)
		qsort(g->problems, g->n_problems, sizeof *g->problems, order);
}

static const struct sql select_mutes = {
	"SELECT problem, until, note FROM mutes WHERE until >= ?1"
};

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

int
gather_problems(struct gathering *g, struct fault *f)
{
	struct row_sink sink = { NULL, on_problem, g };
	struct value today = value_text(g->range->today);
	struct value dates[] = { value_text(g->o->from), value_text(g->o->to) };

	if (store_read_table(g->st, "problems", &g->filter, &sink, f) == -1 ||
	    name_organizations(g, f) == -1 ||
	    gathering_each(g, &select_mutes, &today, 1, on_mute, f) == -1)
		return -1;
	sort(g, by_cause);
	if (gathering_each(g, &select_reasons, dates, 2, on_reason, f) == -1)
		return -1;
	list_hosts(g);
	sort(g, by_urgency);
	return 0;
}

/* The days of one result type; there are few types, or else one list more. */
struct result_days {
	struct overview_result item[LIMIT_NAMES];
	uint64_t *day[LIMIT_NAMES];
	size_t n;
};

static int
on_result(struct gathering *g, sqlite3_stmt *row)
{
	struct result_days *r = g->results;
	const char *type = sql_column(row, 1);
	uint64_t failed = (uint64_t)sqlite3_column_int64(row, 3);
	size_t i;

	if (gathering_domain(g, sql_column(row, 0)) == NULL)
		return 0;
	for (i = 0; i < r->n; i++)
		if (strcmp(r->item[i].result_type, type) == 0)
			break;
	if (i == LIMIT_NAMES)
		return 0;
	if (i == r->n) {
		r->day[i] =
		    arena_alloc(g->arena, g->o->n_days * sizeof *r->day[i]);
		r->item[i].result_type = arena_strdup(g->arena, type);
		r->item[i].day = r->day[i];
		r->n++;
	}
	r->item[i].failed += failed;
	r->day[i][sqlite3_column_int64(row, 2) - g->from] += failed;
	return 0;
}

static int
by_failed(const void *a, const void *b)
{
	const struct overview_result *x = a, *y = b;

	if (x->failed != y->failed)
		return descending(x->failed, y->failed);
	return strcmp(x->result_type, y->result_type);
}

static const struct sql select_results = {
	"SELECT b.domain, b.result_type, f.day,"
	" CAST(total(f.failed_sessions) AS INTEGER)"
	" FROM problems AS b CROSS JOIN rollup_failures AS f"
	" WHERE f.problem = b.id AND f.day BETWEEN ?1 AND ?2"
	" AND " OF("b.domain", "?3") " GROUP BY f.problem, f.day"
};

int
gather_results(struct gathering *g, struct fault *f)
{
	struct result_days *r = arena_alloc(g->arena, sizeof *r);
	struct value v[] = { value_number(g->from), value_number(g->to),
		value_text(g->list) };

	g->results = r;
	if (gathering_each(g, &select_results, v, 3, on_result, f) == -1)
		return -1;
	if (r->n > 0)
		qsort(r->item, r->n, sizeof *r->item, by_failed);
	g->o->results = r->item;
	g->o->n_results = r->n;
	return 0;
}
