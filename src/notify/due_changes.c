#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/printable.h"
#include "base/utc.h"
#include "export/first_day.h"
#include "ledger/notified.h"
#include "model/overview.h"
#include "notify/due_changes.h"
#include "summary/changes.h"
#include "summary/judge.h"
#include "summary/words.h"
#include "tables/gather_overview.h"

/* The comparison of every problem with what was told. */
struct comparison {
	struct due_changes *due;
	const struct notified *told;
	size_t n_told;
	bool *is_there; /* n_told: of the range, and not muted */
	size_t room, room_better;
};

static int
by_number(const void *a, const void *b)
{
	const struct notified *x = a, *y = b;

	return (x->problem > y->problem) - (x->problem < y->problem);
}

static void
compare_problem(void *arg, const struct overview_problem *p)
{
	struct comparison *c = arg;
	struct due_changes *due = c->due;
	struct notified after = { p->number, 0 };
	const struct notified *before = NULL;
	enum change change;

	if (p->muted_until[0] != '\0')
		return;
	if (c->n_told > 0)
		before = bsearch(
		    &after, c->told, c->n_told, sizeof *c->told, by_number);
	if (before != NULL)
		c->is_there[before - c->told] = true;
	change = change_of_problem(p->state == PROBLEM_CURED,
	    before != NULL ? &before->failed : NULL, p->failed_last_7_days,
	    &after.failed);
	if (change != N_CHANGES) {
		due->item = arena_grow(
		    &due->mem, due->item, due->n, &c->room, sizeof *due->item);
		due->item[due->n++] = (struct due_change){ change, after };
	} else if (before != NULL && after.failed < before->failed) {
		due->better = arena_grow(&due->mem, due->better, due->n_better,
		    &c->room_better, sizeof *due->better);
		due->better[due->n_better++] = after;
	}
}

static void
list_gone(const struct comparison *c)
{
	struct due_changes *due = c->due;
	size_t i;

	due->gone = arena_alloc(&due->mem, (c->n_told + 1) * sizeof *due->gone);
	for (i = 0; i < c->n_told; i++)
		if (!c->is_there[i])
			due->gone[due->n_gone++] = c->told[i].problem;
}

static int
compare_due(const void *a, const void *b)
{
	const struct due_change *x = a, *y = b;

	return by_number(&x->after, &y->after);
}

int
due_changes_read(struct due_changes *due, struct store *st, struct store *told,
    struct fault *f)
{
	struct comparison c = { .due = due };
	struct overview_watch watch = { .arg = &c, .problem = compare_problem };
	struct overview_range range = { .watch = &watch };
	char from[16], today[UTC_TEXT];

	memset(due, 0, sizeof *due);
	utc_format_date((int64_t)time(NULL), today);
	range.today = today;
	if (first_day_since(st, DUE_DAYS, from, f) == -1 ||
	    store_read_notified(told, &due->mem, &c.told, &c.n_told, f) == -1)
		return -1;
	range.from = from[0] != '\0' ? from : NULL;
	c.is_there =
	    arena_alloc(&due->mem, (c.n_told + 1) * sizeof *c.is_there);
	if (store_overview(st, &range, &due->mem, &due->overview, f) == -1)
		return -1;
	list_gone(&c);
	if (due->n > 0)
		qsort(due->item, due->n, sizeof *due->item, compare_due);
	judge(&due->overview, &due->mem, &due->judgement);
	due->words = (struct words){ &due->overview, &due->judgement, &due->mem,
		printable_is_ascii() };
	return 0;
}

void
due_changes_free(struct due_changes *due)
{
	arena_free(&due->mem);
}

const struct due_change *
due_change_of(const struct due_changes *due, int64_t problem)
{
	struct due_change key = { .after = { .problem = problem } };

	return due->n == 0 ? NULL
			   : bsearch(&key, due->item, due->n, sizeof *due->item,
				 compare_due);
}
