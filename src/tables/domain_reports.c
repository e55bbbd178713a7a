#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/domain_setup.h"
#include "model/row.h"
#include "store/sql.h"
#include "store/status.h"
#include "tables/domain_reports.h"
#include "tables/tables.h"

enum {
	WEEK = 7,
	MONTH = 30,
	POLICIES_MOST = 200,
	HOSTS_MOST = 20,
	PROBLEMS_MOST = 20,
	DAY_TEXT = 16
};

/* The lists of a domain while they grow. */
struct growing {
	struct domain_reports *of;
	struct sender_policy *sender;
	const char **mx;
	struct open_problem *problem;
	size_t sender_room, mx_room, problem_room;
};

struct reading {
	struct store *store;
	struct arena *arena;
	struct growing *item; /* by domain */
	size_t n;
	char week[UTC_TEXT], month[UTC_TEXT]; /* the first days of these */
};

static int
by_domain(const void *a, const void *b)
{
	const struct growing *x = a, *y = b;

	return strcmp(x->of->domain, y->of->domain);
}

/* NULL when nobody asked for it. */
static struct growing *
find(const struct reading *r, const char *domain)
{
	struct domain_reports key = { .domain = domain };
	struct growing wanted = { .of = &key };

	return bsearch(&wanted, r->item, r->n, sizeof *r->item, by_domain);
}

/* The day that is the first of `days` up to that one. */
static void
first_of(const char *newest, int days, char out[UTC_TEXT])
{
	int64_t t = 0;

	out[0] = '\0';
	if (utc_parse_date(span_of(newest), &t) == 0)
		utc_format_date(t - (int64_t)(days - 1) * UTC_DAY, out);
}

/* -- the newest day of each */

static const struct sql select_newest = {
	"SELECT domain, date(max(last_day) * 86400, 'unixepoch') FROM series"
	" WHERE last_day >= first_day GROUP BY domain"
};

static int
read_newest(struct reading *r, struct fault *f)
{
	sqlite3_stmt *row;
	struct growing *g;
	int rc = sql_ask(r->store, &select_newest, NULL, 0, &row, f);

	for (; rc == 1; rc = sql_next(r->store, row, f))
		if ((g = find(r, sql_column(row, 0))) != NULL)
			g->of->found.newest = sql_copy_column(r->arena, row, 1);
	return rc;
}

/* -- what senders saw */

/* The last policy of each type that each organization told. */
static const struct sql select_policies = {
	"SELECT p.domain, p.organization, p.policy_type, p.policy_strings,"
	" p.policy_domain, p.date, max(r.start || printf('%012d', r.id))"
	" FROM reports r JOIN policies p ON p.report = r.id"
	" WHERE r.date >= ?1 AND r.status = 'counted' AND p.skipped = 0"
	" AND p.policy_type IN ('sts', 'tlsa', 'no-policy-found')"
	" GROUP BY p.domain, p.organization, p.policy_type, p.policy_domain"
};

/* The lines of a text as a list. */
static const char *const *
lines_of(struct reading *r, const char *text, size_t *n)
{
	const char **line = NULL;
	size_t room = 0, length;

	for (*n = 0; text[0] != '\0'; (*n)++) {
		line = arena_grow(r->arena, line, *n, &room, sizeof *line);
		length = strcspn(text, "\n");
		line[*n] = arena_strndup(r->arena, text, length);
		text += length + (text[length] != '\0');
	}
	return line;
}

static void
add_policy(struct reading *r, struct growing *g, sqlite3_stmt *row)
{
	struct reports_found *found = &g->of->found;
	struct sender_policy *p;

	if (found->n_senders == POLICIES_MOST)
		return;
	g->sender = arena_grow(r->arena, g->sender, found->n_senders,
	    &g->sender_room, sizeof *g->sender);
	p = &g->sender[found->n_senders++];
	*p = (struct sender_policy){ .organization =
					 sql_copy_column(r->arena, row, 1),
		.type = sql_copy_column(r->arena, row, 2),
		.policy_domain = sql_copy_column(r->arena, row, 4),
		.day = sql_copy_column(r->arena, row, 5) };
	p->strings = lines_of(r, sql_column(row, 3), &p->n_strings);
	found->sender = g->sender;
}

static int
read_policies(struct reading *r, struct fault *f)
{
	struct value v = value_text(r->week);
	sqlite3_stmt *row;
	struct growing *g;
	int rc = sql_ask(r->store, &select_policies, &v, 1, &row, f);

	for (; rc == 1; rc = sql_next(r->store, row, f))
		if ((g = find(r, sql_column(row, 0))) != NULL)
			add_policy(r, g, row);
	return rc;
}

/* -- hosts that senders met */

static const struct sql select_hosts = {
	"SELECT DISTINCT p.domain, x.receiving_mx_hostname"
	" FROM failures x JOIN policies p"
	" ON p.report = x.report AND p.n = x.policy"
	" WHERE x.date >= ?1 AND p.counted = 1"
	" AND x.receiving_mx_hostname <> '' ORDER BY 1, 2"
};

static int
read_hosts(struct reading *r, struct fault *f)
{
	struct value v = value_text(r->week);
	struct reports_found *found;
	sqlite3_stmt *row;
	struct growing *g;
	int rc = sql_ask(r->store, &select_hosts, &v, 1, &row, f);

	for (; rc == 1; rc = sql_next(r->store, row, f)) {
		if ((g = find(r, sql_column(row, 0))) == NULL ||
		    g->of->found.n_mx == HOSTS_MOST)
			continue;
		found = &g->of->found;
		g->mx = arena_grow(
		    r->arena, g->mx, found->n_mx, &g->mx_room, sizeof *g->mx);
		g->mx[found->n_mx++] = sql_copy_column(r->arena, row, 1);
		found->mx = g->mx;
	}
	return rc;
}

/* -- mailboxes by which reports came */

static const struct sql select_arrived = {
	"SELECT p.domain, b.name, max(r.date)"
	" FROM reports r JOIN policies p ON p.report = r.id"
	" JOIN messages m ON m.id = r.message"
	" JOIN mailboxes b ON b.id = m.mailbox"
	" WHERE r.date >= ?1 AND p.skipped = 0 GROUP BY p.domain"
};

static int
read_arrived(struct reading *r, struct fault *f)
{
	struct value v = value_text(r->month);
	sqlite3_stmt *row;
	struct growing *g;
	int rc = sql_ask(r->store, &select_arrived, &v, 1, &row, f);

	for (; rc == 1; rc = sql_next(r->store, row, f)) {
		if ((g = find(r, sql_column(row, 0))) == NULL)
			continue;
		g->of->arrived_in = sql_copy_column(r->arena, row, 1);
		g->of->arrived_on = sql_copy_column(r->arena, row, 2);
	}
	return rc;
}

/* -- open problems */

/* The columns of the CSV table problems that are used. */
enum {
	PROBLEM_NUMBER = 0,
	PROBLEM_OF = 1,
	PROBLEM_MX = 2,
	PROBLEM_RESULT = 3,
	PROBLEM_STATE = 7,
	PROBLEM_FIRST = 8,
	PROBLEM_WEEK = 14
};

static int
on_problem(void *arg, const struct cell *cell, size_t n, struct fault *f)
{
	struct reading *r = arg;
	struct growing *g = find(r, cell[PROBLEM_OF].text);
	struct reports_found *found;

	(void)n;
	(void)f;
	if (g == NULL || strcmp(cell[PROBLEM_STATE].text, "cured") == 0 ||
	    g->of->found.n_problems == PROBLEMS_MOST)
		return 0;
	found = &g->of->found;
	g->problem = arena_grow(r->arena, g->problem, found->n_problems,
	    &g->problem_room, sizeof *g->problem);
	g->problem[found->n_problems++] =
	    (struct open_problem){ .number = cell[PROBLEM_NUMBER].number,
		    .mx = arena_strdup(r->arena, cell[PROBLEM_MX].text),
		    .words = arena_printf(r->arena,
			"%s since %s, %" PRId64 " sessions in the last 7 days",
			cell[PROBLEM_RESULT].text, cell[PROBLEM_FIRST].text,
			cell[PROBLEM_WEEK].number) };
	found->problem = g->problem;
	return 0;
}

static int
read_problems(struct reading *r, struct fault *f)
{
	const char **names = xcalloc(r->n, sizeof *names);
	struct store_filter filter = { .domains = names, .n_domains = r->n };
	struct row_sink sink = { .row = on_problem, .arg = r };
	size_t i;
	int rc;

	for (i = 0; i < r->n; i++)
		names[i] = r->item[i].of->domain;
	rc = store_read_table(r->store, "problems", &filter, &sink, f);
	free(names);
	return rc;
}

static void
begin(struct reading *r, struct domain_reports *domain)
{
	size_t i;

	r->item = xcalloc(r->n, sizeof *r->item);
	for (i = 0; i < r->n; i++) {
		r->item[i].of = &domain[i];
		domain[i].found =
		    (struct reports_found){ .looked = true, .newest = "" };
		domain[i].arrived_in = domain[i].arrived_on = "";
	}
	qsort(r->item, r->n, sizeof *r->item, by_domain);
}

int
domain_reports_read(struct store *st, struct domain_reports *domain, size_t n,
    struct arena *arena, struct fault *f)
{
	struct reading r = { .store = st, .arena = arena, .n = n };
	char newest[DAY_TEXT];
	int rc;

	if (store_newest_day(st, newest, f) == -1)
		return -1;
	begin(&r, domain);
	first_of(newest, WEEK, r.week);
	first_of(newest, MONTH, r.month);
	rc = newest[0] == '\0' ? 0
	     : read_newest(&r, f) == -1 || read_policies(&r, f) == -1 ||
		     read_hosts(&r, f) == -1 || read_arrived(&r, f) == -1 ||
		     read_problems(&r, f) == -1
		 ? -1
		 : 0;
	free(r.item);
	return rc;
}

static const struct sql select_domains = {
	"SELECT DISTINCT domain FROM series WHERE last_day >= first_day"
	" AND last_day * 86400 >= unixepoch(?1) ORDER BY domain LIMIT ?2"
};

int
domain_reports_list(struct store *st, size_t most, struct arena *arena,
    const char ***domain, size_t *n, struct fault *f)
{
	char newest[DAY_TEXT], first[UTC_TEXT];
	struct value v[2];
	sqlite3_stmt *row;
	size_t room = 0;
	int rc;

	*n = 0;
	*domain = NULL;
	if (store_newest_day(st, newest, f) == -1)
		return -1;
	first_of(newest, MONTH, first);
	v[0] = value_text(first);
	v[1] = value_count(most);
	rc = sql_ask(st, &select_domains, v, 2, &row, f);
	for (; rc == 1; rc = sql_next(st, row, f)) {
		*domain =
		    arena_grow(arena, *domain, *n, &room, sizeof **domain);
		(*domain)[(*n)++] = sql_copy_column(arena, row, 0);
	}
	return rc;
}
