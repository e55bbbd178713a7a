#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "summary/judge.h"

/* One domain of the overview, to be found by its name and put in order. */
struct entry {
	const struct overview_domain *domain;
	enum standing standing;
	size_t place;
};

enum group
judge_problem(const struct overview_problem *p)
{
	if (p->state == PROBLEM_CURED)
		return GROUP_CURED;
	if (p->muted_until[0] != '\0')
		return GROUP_MUTED;
	if (strcmp(p->side, "ours") == 0)
		return GROUP_FIX;
	if (strcmp(p->side, "theirs") == 0)
		return GROUP_WATCH;
	/* what independent senders see alike is no fault of one of them */
	return p->organizations >= 2 && 2 * p->organizations >= p->reporters
		   ? GROUP_FIX
		   : GROUP_WATCH;
}

static enum standing
standing_of(enum group group)
{
	switch (group) {
	case GROUP_FIX:
		return STANDING_FIX;
	case GROUP_MUTED:
		return STANDING_MUTED;
	case GROUP_WATCH:
		return STANDING_WATCH;
	default:
		return STANDING_FINE;
	}
}

static int
by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->domain->name, y->domain->name);
}

static int
by_key(const void *key, const void *item)
{
	return strcmp(key, ((const struct entry *)item)->domain->name);
}

static double
rate(const struct overview_domain *d)
{
	return d->sessions > 0 ? (double)d->failed / (double)d->sessions : 0;
}

/* Worst first: by standing, then by what fails of it, then by size. */
static int
by_urgency(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	double p = rate(x->domain), q = rate(y->domain);

	if (x->standing != y->standing)
		return x->standing < y->standing ? -1 : 1;
	if (x->standing != STANDING_FINE && p != q)
		return p > q ? -1 : 1;
	if (x->domain->sessions != y->domain->sessions)
		return x->domain->sessions > y->domain->sessions ? -1 : 1;
	return by_name(a, b);
}

/* Whether one of the names that blanks separate is `word`. */
static bool
has_word(const char *list, const char *word)
{
	struct span rest = span_of(list), name;

	while (span_next_word(&rest, &name))
		if (span_is(name, word))
			return true;
	return false;
}

static bool
has_policy(const struct overview_domain *d)
{
	return has_word(d->policy_types, "tlsa") ||
	       (has_word(d->policy_types, "sts") &&
		   strcmp(d->policy_mode, "none") != 0);
}

static enum step
step_of(const struct overview_domain *d, enum standing standing)
{
	if (d->sessions == 0)
		return STEP_NONE;
	if (strcmp(d->policy_mode, "testing") == 0)
		return standing == STANDING_FINE && d->clean_days >= CLEAN_DAYS
			   ? STEP_ENFORCE
			   : STEP_NONE;
	if (has_policy(d))
		return STEP_NONE;
	return has_word(d->policy_types, "sts") ? STEP_MODE : STEP_POLICY;
}

/* Judge the problems, and let each count for its domain. */
static void
judge_problems(const struct overview *o, struct arena *mem, struct judgement *j,
    struct entry *entries)
{
	enum group *group =
	    arena_alloc(mem, (o->n_problems + 1) * sizeof *group);
	struct entry *e;
	size_t i;

	for (i = 0; i < o->n_problems; i++) {
		group[i] = judge_problem(&o->problems[i]);
		j->n_problems[group[i]]++;
		e = bsearch(o->problems[i].domain, entries, o->n_domains,
		    sizeof *entries, by_key);
		if (e != NULL && standing_of(group[i]) < e->standing)
			e->standing = standing_of(group[i]);
	}
	j->problem = group;
}

static void
judge_domains(const struct overview *o, struct arena *mem, struct judgement *j,
    struct entry *entries)
{
	size_t n = o->n_domains, i, *order;
	enum standing *standing;
	enum step *step;

	standing = arena_alloc(mem, (n + 1) * sizeof *standing);
	step = arena_alloc(mem, (n + 1) * sizeof *step);
	order = arena_alloc(mem, (n + 1) * sizeof *order);
	qsort(entries, n, sizeof *entries, by_urgency);
	for (i = 0; i < n; i++) {
		const struct overview_domain *d = entries[i].domain;
		size_t at = entries[i].place;

		order[i] = at;
		standing[at] = entries[i].standing;
		step[at] = step_of(d, standing[at]);
		j->n_fix += standing[at] == STANDING_FIX;
		j->n_fine += standing[at] == STANDING_FINE;
		j->n_verified += standing[at] >= STANDING_WATCH &&
				 d->sessions > 0 && has_policy(d);
		j->n_steps += step[at] != STEP_NONE;
		j->n_differ += d->policies_differ[0] != '\0';
	}
	j->domain = standing;
	j->step = step;
	j->order = order;
}

void
judge(const struct overview *o, struct arena *mem, struct judgement *j)
{
	struct entry *entries =
	    arena_alloc(mem, (o->n_domains + 1) * sizeof *entries);
	size_t i;

	memset(j, 0, sizeof *j);
	for (i = 0; i < o->n_domains; i++)
		entries[i] = (struct entry){ &o->domains[i], STANDING_FINE, i };
	qsort(entries, o->n_domains, sizeof *entries, by_name);
	judge_problems(o, mem, j, entries);
	judge_domains(o, mem, j, entries);
	for (i = 0; i < o->n_senders; i++)
		j->n_silent += o->senders[i].silent;
}

bool
judge_over(const struct overview *o, const struct overview_domain *d,
    double percent, uint64_t min_sessions)
{
	uint64_t failed = d->failed;
	size_t i;

	if (d->sessions == 0 || d->sessions < min_sessions)
		return false;
	for (i = 0; i < o->n_problems; i++) {
		const struct overview_problem *p = &o->problems[i];

		if (judge_problem(p) == GROUP_MUTED &&
		    strcmp(p->domain, d->name) == 0)
			failed -= p->failed < failed ? p->failed : failed;
	}
	return (double)failed * 100 > percent * (double)d->sessions;
}
