#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "base/span.h"
#include "dkim/alignment.h"
#include "model/overview.h"
#include "summary/judge.h"
#include "summary/problem_verdict.h"

/* One domain of the overview, with what is found out about it. */
struct entry {
	const struct overview_domain *domain;
	enum standing standing;
	size_t place; /* in the list of the overview */
};

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

/* By standing, then by the share that failed, then by size. */
static int
by_urgency(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	double p = rate(x->domain), q = rate(y->domain);

	if (x->standing != y->standing)
		return x->standing < y->standing ? -1 : 1;
	if (p != q)
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

bool
judge_is_unchecked(enum step step)
{
	return step == STEP_POLICY || step == STEP_MODE;
}

/* Add sessions that went well, though nobody could verify them. */
static void
add_unchecked(const struct overview_domain *d, uint64_t *all, uint64_t *vouched)
{
	if (d->sessions > d->failed)
		*all = saturating_count(*all, d->sessions - d->failed);
	if (d->vouched_sessions > d->vouched_failed)
		*vouched = saturating_count(
		    *vouched, d->vouched_sessions - d->vouched_failed);
}

/* Judge the problems; a domain stands as the worst of its own. */
static void
count_problems(const struct overview *o, struct arena *mem, struct judgement *j,
    struct entry *entries)
{
	const struct problem_verdict *v = problem_verdicts(o, mem);
	struct entry *e;
	size_t i;

	for (i = 0; i < o->n_problems; i++) {
		j->n_problems[v[i].group]++;
		e = bsearch(o->problems[i].domain, entries, o->n_domains,
		    sizeof *entries, by_key);
		if (e != NULL && standing_of(v[i].group) < e->standing)
			e->standing = standing_of(v[i].group);
	}
	j->problem = v;
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
		j->n_fine += standing[at] == STANDING_FINE &&
			     !judge_is_unchecked(step[at]);
		j->n_verified += standing[at] >= STANDING_WATCH &&
				 d->sessions > 0 && has_policy(d);
		j->n_step[step[at]]++;
		if (judge_is_unchecked(step[at]))
			add_unchecked(d, &j->unchecked, &j->vouched_unchecked);
		j->n_differ += d->policies_differ[0] != '\0';
	}
	for (i = STEP_NONE + 1; i < N_STEPS; i++)
		j->n_steps += j->n_step[i] > 0;
	j->domain = standing;
	j->step = step;
	j->order = order;
}

static int
by_sessions(const void *a, const void *b)
{
	const struct silent_sender *x = a, *y = b;

	if (x->sessions != y->sessions)
		return x->sessions > y->sessions ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

/* The organizations that went silent on a domain; their senders stand in a row.
 */
static void
list_silent(const struct overview *o, struct arena *mem, struct judgement *j)
{
	struct silent_sender *list =
	    arena_alloc(mem, (o->n_senders + 1) * sizeof *list);
	size_t i, n = 0;

	for (i = 0; i < o->n_senders; i++) {
		const struct overview_sender *s = &o->senders[i];

		if (i == 0 || strcmp(s->organization,
				  o->senders[i - 1].organization) != 0) {
			n += i > 0 && list[n].silent;
			list[n] = (struct silent_sender){ .first = i };
		}
		list[n].end = i + 1;
		list[n].silent |= s->silent;
		list[n].sessions =
		    saturating_count(list[n].sessions, s->sessions);
	}
	n += o->n_senders > 0 && list[n].silent;
	qsort(list, n, sizeof *list, by_sessions);
	j->silent = list;
	j->n_silent = j->n_silent_listed = n;
}

bool
judge_has_two_signers(const struct overview_signers *s)
{
	size_t i;

	for (i = 1; i < s->n; i++)
		if (!alignment_is(s->domain[i], s->domain[0], NULL, 0))
			return true;
	return s->left_out > 0;
}

/* Choose what the answer goes by, once the domains are judged. */
static void
choose_figures(const struct overview *o, struct judgement *j)
{
	double all = 0, vouched = 0;

	j->sessions = o->sessions;
	j->failed = o->failed;
	if (o->vouched_sessions == 0)
		return;
	all = (double)o->failed * 100 / (double)o->sessions;
	vouched = (double)o->vouched_failed * 100 / (double)o->vouched_sessions;
	if (vouched <= all * 1.5 || vouched - all < 0.1)
		return;
	j->by_vouched = true;
	j->sessions = o->vouched_sessions;
	j->failed = o->vouched_failed;
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
	count_problems(o, mem, j, entries);
	judge_domains(o, mem, j, entries);
	list_silent(o, mem, j);
	for (i = 0; i < o->vouching.n_signers; i++)
		j->n_two_signers +=
		    judge_has_two_signers(&o->vouching.signers[i]);
	choose_figures(o, j);
}

static bool
is_over(uint64_t failed, uint64_t muted, uint64_t sessions, double percent)
{
	failed -= muted < failed ? muted : failed;
	return (double)failed * 100 > percent * (double)sessions;
}

/* Of the sessions in reports that somebody vouches for. */
static bool
is_vouched_over(const struct overview_domain *d, double percent)
{
	return d->vouched_sessions > 0 &&
	       is_over(d->vouched_failed, d->vouched_failed_muted,
		   d->vouched_sessions, percent);
}

bool
judge_over(
    const struct overview_domain *d, double percent, uint64_t min_sessions)
{
	if (d->sessions == 0 || d->sessions < min_sessions)
		return false;
	return is_over(d->failed, d->failed_muted, d->sessions, percent) ||
	       is_vouched_over(d, percent);
}

/* Keep it, if it is one of those with most failed sessions. */
static void
note_over(struct judge_watch *watch, const struct overview_domain *d)
{
	const size_t most = sizeof watch->over / sizeof *watch->over;
	size_t i = watch->n_over < most ? watch->n_over : most;

	watch->n_over++;
	for (; i > 0 && watch->over[i - 1].failed < d->failed; i--)
		if (i < most)
			watch->over[i] = watch->over[i - 1];
	if (i == most)
		return;
	snprintf(
	    watch->over[i].name, sizeof watch->over[i].name, "%s", d->name);
	watch->over[i].failed = d->failed;
	watch->over[i].sessions = d->sessions;
	if (is_over(d->failed, d->failed_muted, d->sessions, watch->percent))
		return;
	watch->over[i].failed = d->vouched_failed;
	watch->over[i].sessions = d->vouched_sessions;
}

static void
watch_domain(void *arg, const struct overview_domain *d)
{
	struct judge_watch *watch = arg;
	enum step step = step_of(d, STANDING_FINE);

	if (judge_is_unchecked(step)) {
		watch->n_step[step]++;
		add_unchecked(d, &watch->unchecked, &watch->vouched_unchecked);
	}
	watch->n_differ += d->policies_differ[0] != '\0';
	if (watch->percent >= 0 &&
	    judge_over(d, watch->percent, watch->min_sessions))
		note_over(watch, d);
}

/* Senders come in order of organization, of which each counts once. */
static void
watch_sender(void *arg, const struct overview_sender *s)
{
	struct judge_watch *watch = arg;

	if (!s->silent || (watch->n_silent > 0 && strcmp(watch->organization,
						      s->organization) == 0))
		return;
	snprintf(watch->organization, sizeof watch->organization, "%s",
	    s->organization);
	watch->n_silent++;
}

struct overview_watch
judge_watcher(struct judge_watch *watch)
{
	return (struct overview_watch){
		.arg = watch, .domain = watch_domain, .sender = watch_sender
	};
}

void
judge_count_all(struct judgement *j, const struct judge_watch *watch)
{
	size_t i;

	j->n_step[STEP_POLICY] = watch->n_step[STEP_POLICY];
	j->n_step[STEP_MODE] = watch->n_step[STEP_MODE];
	for (i = STEP_NONE + 1, j->n_steps = 0; i < N_STEPS; i++)
		j->n_steps += j->n_step[i] > 0;
	j->n_silent = watch->n_silent;
	j->n_differ = watch->n_differ;
	j->unchecked = watch->unchecked;
	j->vouched_unchecked = watch->vouched_unchecked;
}
