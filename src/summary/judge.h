#ifndef SUMMARY_JUDGE_H
#define SUMMARY_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/overview.h"

struct arena;

/* Where a problem belongs. */
enum group {
	GROUP_FIX,   /* your side */
	GROUP_WATCH, /* theirs, or nobody knows */
	GROUP_MUTED,
	GROUP_CURED,
	N_GROUPS
};

/* How a domain is, worst first. */
enum standing {
	STANDING_FIX,
	STANDING_MUTED,
	STANDING_WATCH,
	STANDING_FINE
};

/* What could be done though nothing is wrong. */
enum step {
	STEP_NONE,
	STEP_ENFORCE, /* in testing, without a failure for long enough */
	STEP_POLICY,  /* no sender found a policy */
	STEP_MODE     /* its policy is switched off */
};

enum {
	CLEAN_DAYS = 14 /* after which a testing domain may enforce */
};

/* An overview, judged; arrays are parallel to those of the overview. */
struct judgement {
	const enum group *problem;
	size_t n_problems[N_GROUPS];
	const enum standing *domain;
	const enum step *step;
	const size_t *order;  /* of the domains, worst first */
	size_t n_fix, n_fine; /* domains of that standing */
	size_t n_verified;    /* with a policy, and nothing to fix or muted */
	size_t n_steps, n_silent, n_differ;
};

/* How a problem is to be seen, by its result type and by who sees it. */
enum group judge_problem(const struct overview_problem *);

void judge(const struct overview *, struct arena *, struct judgement *);

/*
 * Whether more than `percent` of a domain's sessions failed, muted problems
 * left out, when it has as many as `min_sessions`.
 */
bool judge_over(const struct overview *, const struct overview_domain *,
    double percent, uint64_t min_sessions);

#endif
