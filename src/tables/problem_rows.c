#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/overview.h"
#include "store/sql.h"
#include "tables/gathering.h"
#include "tables/problem_rows.h"

/* Columns of the CSV table problems. */
enum {
	PROBLEM_NUMBER,
	PROBLEM_MX = PROBLEM_DOMAIN + 1,
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

static int
on_mute(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	struct mutes *m = arg;

	(void)g;
	m->item = arena_grow(&m->mem, m->item, m->n, &m->room, sizeof *m->item);
	m->item[m->n++] = (struct mute){
		.problem = sqlite3_column_int64(row, 0),
		.until = sql_copy_column(&m->mem, row, 1),
		.note = sql_copy_column(&m->mem, row, 2),
	};
	return 0;
}

static const struct sql select_mutes = {
	"SELECT problem, until, note FROM mutes WHERE until >= ?1"
	" ORDER BY problem"
};

int
mutes_read(struct gathering *g, struct mutes *m, struct fault *f)
{
	struct value today = value_text(g->range->today);

	return gathering_each(g, &select_mutes, &today, 1, on_mute, m, f);
}

void
mutes_free(struct mutes *m)
{
	arena_free(&m->mem);
}

static int
compare_mute(const void *a, const void *b)
{
	const struct mute *x = a, *y = b;

	return (x->problem > y->problem) - (x->problem < y->problem);
}

static enum problem_state
state_of(const char *name)
{
	static const struct {
		const char *name;
		enum problem_state state;
	} states[] = { { "new", PROBLEM_NEW }, { "open", PROBLEM_OPEN },
		{ "cured", PROBLEM_CURED },
		{ "recurring", PROBLEM_RECURRING } };
	size_t i;

	for (i = 0; i < sizeof states / sizeof *states; i++)
		if (strcmp(states[i].name, name) == 0)
			return states[i].state;
	return PROBLEM_OPEN;
}

static uint64_t
count_column(sqlite3_stmt *row, int column)
{
	return (uint64_t)sqlite3_column_int64(row, column);
}

void
problem_read(
    struct overview_problem *p, sqlite3_stmt *row, const struct mutes *mutes)
{
	struct mute key = { .problem =
				sqlite3_column_int64(row, PROBLEM_NUMBER) };
	const struct mute *mute = NULL;

	if (mutes->n > 0)
		mute = bsearch(
		    &key, mutes->item, mutes->n, sizeof key, compare_mute);
	*p = (struct overview_problem){
		.number = key.problem,
		.domain = sql_column(row, PROBLEM_DOMAIN),
		.shown = "",
		.mx = sql_column(row, PROBLEM_MX),
		.result_type = sql_column(row, PROBLEM_RESULT_TYPE),
		.policy_types = sql_column(row, PROBLEM_POLICY_TYPES),
		.policy_mode = sql_column(row, PROBLEM_POLICY_MODE),
		.side = sql_column(row, PROBLEM_SIDE),
		.state = state_of(sql_column(row, PROBLEM_STATE)),
		.first_day = sql_column(row, PROBLEM_FIRST_DAY),
		.last_day = sql_column(row, PROBLEM_LAST_DAY),
		.days = (unsigned)count_column(row, PROBLEM_DAYS),
		.organizations =
		    (unsigned)count_column(row, PROBLEM_ORGANIZATIONS),
		.organization_names = "",
		.failed = count_column(row, PROBLEM_FAILED),
		.failed_last_7_days =
		    count_column(row, PROBLEM_FAILED_LAST_7_DAYS),
		.reason = "",
		.muted_until = mute != NULL ? mute->until : "",
		.mute_note = mute != NULL ? mute->note : "",
	};
}

void
problem_copy(struct arena *a, void *item)
{
	struct overview_problem *p = item;

	p->domain = arena_strdup(a, p->domain);
	p->mx = arena_strdup(a, p->mx);
	p->result_type = arena_strdup(a, p->result_type);
	p->policy_types = arena_strdup(a, p->policy_types);
	p->policy_mode = arena_strdup(a, p->policy_mode);
	p->side = arena_strdup(a, p->side);
	p->first_day = arena_strdup(a, p->first_day);
	p->last_day = arena_strdup(a, p->last_day);
	p->muted_until = arena_strdup(a, p->muted_until);
	p->mute_note = arena_strdup(a, p->mute_note);
}

static int
descending(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

int
problem_compare(const void *a, const void *b)
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
	return (x->number > y->number) - (x->number < y->number);
}
