#ifndef SUMMARY_WORDS_OF_FINDINGS_H
#define SUMMARY_WORDS_OF_FINDINGS_H

#include <stddef.h>

#include "model/overview.h"
#include "summary/judge.h"
#include "summary/words.h"

/*
 * One finding of the overview in words: a problem, a sender that went silent, a
 * domain whose policy is seen differently, a step to take.  Strings live in the
 * arena of the words and have no full stop.
 */

/* "mx2.example.com: certificate expired". */
const char *words_title(const struct words *, const struct overview_problem *);

/* "new since 17 Nov; 1,204 failed sessions, 3 of 3 reporters see it; ..." */
const char *words_facts(const struct words *, const struct overview_problem *);

/* The remedy in a clause, and the command; "" where there is none. */
const char *words_brief(const struct words *, const struct overview_problem *);
const char *words_look(const struct words *, const struct overview_problem *);

/*
 * Senders from `first` to before `end`, all of one organization and at least
 * one of them silent: "Example no longer reports on example.com: silent for 7
 * days, ...".
 */
const char *words_silent(const struct words *, size_t first, size_t end);

/* "example.com: senders see its policy otherwise: ..." */
const char *words_differ(const struct words *, const struct overview_domain *);

/* "example.com: 21 days in testing without a failure: ready for mode: ..." */
const char *words_ready(const struct words *, const struct overview_domain *);

/*
 * A step with all domains that can take it: "40 domains (a.example, ... and 30
 * more): no sender found a policy: ...".  The command shows the present
 * policy of the first of them; "" where there is none.
 */
const char *words_step(const struct words *, enum step);
const char *words_step_look(const struct words *, enum step);

#endif
