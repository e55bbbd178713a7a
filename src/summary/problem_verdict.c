#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "model/overview.h"
#include "summary/problem_verdict.h"

/* The senders of an overview, in order of domain and organization. */
struct by_domain {
	const struct overview_sender **item;
	size_t n;
	bool *failing; /* n_days, for use within one call */
};

static int
by_domain_and_organization(const void *a, const void *b)
{
	const struct overview_sender *x =
	    *(const struct overview_sender *const *)a;
	const struct overview_sender *y =
	    *(const struct overview_sender *const *)b;
	int c = strcmp(x->domain, y->domain);

	return c != 0 ? c : strcmp(x->organization, y->organization);
}

static struct by_domain
senders_by_domain(const struct overview *o, struct arena *mem)
{
	struct by_domain s = {
		.item = arena_alloc(mem, (o->n_senders + 1) * sizeof *s.item),
		.n = o->n_senders,
		.failing = arena_alloc(mem, o->n_days + 1),
	};
	size_t i;

	for (i = 0; i < s.n; i++)
		s.item[i] = &o->senders[i];
	qsort(s.item, s.n, sizeof(const struct overview_sender *),
	    by_domain_and_organization);
	return s;
}

/* The place of the first sender that reports on a domain. */
static size_t
first_of(const struct by_domain *s, const char *domain)
{
	size_t low = 0, high = s->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(s->item[middle]->domain, domain) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_of(const struct by_domain *s, size_t i, const char *domain)
{
	return i < s->n && strcmp(s->item[i]->domain, domain) == 0;
}

/* Mark the days on which the one sender that sees the problem had failures. */
static void
mark_days(const struct overview *o, const struct overview_problem *p,
    const struct by_domain *s)
{
	size_t i, k;

	memset(s->failing, 0, o->n_days);
	for (i = first_of(s, p->domain); is_of(s, i, p->domain); i++) {
		if (strcmp(s->item[i]->organization, p->organization_names) !=
		    0)
			continue;
		for (k = 0; k < o->n_days; k++)
			if (s->item[i]->day[k].failed > 0 &&
			    strcmp(o->days[k], p->first_day) >= 0 &&
			    strcmp(o->days[k], p->last_day) <= 0)
				s->failing[k] = true;
	}
}

/*
 * Whether others tell against the one sender that sees a problem: on each day
 * of its failures they reported sessions with the domain, and none failed.  Who
 * sends what nobody vouches for tells nothing against one who is vouched for.
 */
static bool
others_are_fine(const struct overview *o, const struct overview_problem *p,
    const struct by_domain *s, struct problem_verdict *v)
{
	const char *last = p->organization_names;
	uint64_t sessions;
	size_t i, k;

	if (p->organizations != 1)
		return false;
	mark_days(o, p, s);
	for (i = first_of(s, p->domain); is_of(s, i, p->domain); i++) {
		const struct overview_sender *x = s->item[i];

		if (strcmp(x->organization, p->organization_names) == 0 ||
		    (p->vouched && x->vouched_reports < x->reports))
			continue;
		for (k = sessions = 0; k < o->n_days; k++) {
			if (!s->failing[k])
				continue;
			if (x->day[k].failed > 0)
				return false;
			sessions =
			    saturating_count(sessions, x->day[k].sessions);
		}
		v->others_sessions =
		    saturating_count(v->others_sessions, sessions);
		if (sessions > 0 && strcmp(x->organization, last) != 0) {
			v->others++;
			last = x->organization;
		}
	}
	return v->others >= CONTRADICTING &&
	       v->others_sessions >= CONTRADICTING_SESSIONS;
}

static double
percent_failed(const struct overview_problem *p)
{
	uint64_t sessions = p->domain_sessions;

	/* invented sessions make no problem slight */
	if (p->vouched && p->vouched_sessions < sessions)
		sessions = p->vouched_sessions;
	return sessions > 0 ? (double)p->failed * 100 / (double)sessions : 100;
}

static bool
is_recent(const struct overview *o, const struct overview_problem *p)
{
	return o->n_days <= RECENT_DAYS ||
	       strcmp(p->last_day, o->days[o->n_days - RECENT_DAYS]) >= 0;
}

/* The first reason not to call a problem one to fix. */
static enum doubt
doubt_of(const struct overview *o, const struct overview_problem *p,
    const struct by_domain *s, struct problem_verdict *v)
{
	/* what several independent senders see is unlikely to be their fault */
	unsigned reporters = p->vouched && p->vouched_reporters < p->reporters
				 ? p->vouched_reporters
				 : p->reporters;
	bool many = p->organizations >= 2 && 2 * p->organizations >= reporters;

	if (others_are_fine(o, p, s, v))
		return DOUBT_OTHERS_FINE;
	if (strcmp(p->side, "theirs") == 0)
		return DOUBT_THEIRS;
	if (strcmp(p->side, "ours") != 0 && !many)
		return DOUBT_UNCLEAR;
	if (p->organizations < 2 && percent_failed(p) < (double)SLIGHT_PERCENT)
		return DOUBT_SLIGHT;
	if (!is_recent(o, p) && percent_failed(p) < (double)HEAVY_PERCENT)
		return DOUBT_OLD;
	return DOUBT_NONE;
}

static struct problem_verdict
judge_problem(const struct overview *o, const struct overview_problem *p,
    const struct by_domain *s)
{
	struct problem_verdict v = { 0 };

	if (p->state == PROBLEM_CURED) {
		v.group = GROUP_CURED;
	} else if (p->muted_until[0] != '\0') {
		v.group = GROUP_MUTED;
	} else {
		v.doubt = doubt_of(o, p, s, &v);
		v.group = v.doubt == DOUBT_NONE ? GROUP_FIX : GROUP_WATCH;
	}
	return v;
}

/* A problem while those with the same remedy are looked for. */
struct remedied {
	const struct overview_problem *problem;
	enum group group;
	size_t place;
};

static int
compare_remedy(const struct remedied *x, const struct remedied *y)
{
	int c = (x->group > y->group) - (x->group < y->group);

	if (c == 0)
		c = strcmp(x->problem->mx, y->problem->mx);
	if (c == 0)
		c = strcmp(x->problem->result_type, y->problem->result_type);
	return c;
}

static int
by_remedy(const void *a, const void *b)
{
	const struct remedied *x = a, *y = b;
	int c = compare_remedy(x, y);

	return c != 0 ? c : (x->place > y->place) - (x->place < y->place);
}

/*
 * Find for each problem the first with the same remedy.  Where no MX host is
 * named, the remedy is about the domain, so that none has the same.
 */
static void
find_alike(
    const struct overview *o, struct arena *mem, struct problem_verdict *v)
{
	size_t n = o->n_problems, i;
	struct remedied *list = arena_alloc(mem, (n + 1) * sizeof *list);

	for (i = 0; i < n; i++)
		list[i] = (struct remedied){ &o->problems[i], v[i].group, i };
	qsort(list, n, sizeof *list, by_remedy);
	for (i = 0; i < n; i++)
		v[list[i].place].alike =
		    i > 0 && list[i].problem->mx[0] != '\0' &&
			    compare_remedy(&list[i - 1], &list[i]) == 0
			? v[list[i - 1].place].alike
			: list[i].place;
}

const struct problem_verdict *
problem_verdicts(const struct overview *o, struct arena *mem)
{
	struct problem_verdict *v =
	    arena_alloc(mem, (o->n_problems + 1) * sizeof *v);
	struct by_domain senders = senders_by_domain(o, mem);
	size_t i;

	for (i = 0; i < o->n_problems; i++)
		v[i] = judge_problem(o, &o->problems[i], &senders);
	find_alike(o, mem, v);
	return v;
}
