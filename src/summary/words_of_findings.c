#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "codes/result_types.h"
#include "model/overview.h"
#include "summary/judge.h"
#include "summary/problem_verdict.h"
#include "summary/remedy.h"
#include "summary/words.h"
#include "summary/words_of_findings.h"
#include "summary/words_of_vouching.h"

enum {
	MOST_NAMES = 10 /* of domains in one sentence */
};

/* " and 12 more", when a list of names holds only MOST_NAMES of `n`. */
static const char *
and_more(const struct words *w, size_t n)
{
	return n > MOST_NAMES ? arena_printf(w->mem, " and %s more",
				    words_number(w, n - MOST_NAMES))
			      : "";
}

/* Whether a host's name shows whose it is. */
static bool
is_within(const char *host, const char *domain)
{
	size_t n = strlen(host), m = strlen(domain);

	return n >= m && strcmp(host + n - m, domain) == 0 &&
	       (n == m || host[n - m - 1] == '.');
}

const char *
words_title(const struct words *w, const struct overview_problem *p)
{
	const struct result_type *r = remedy_find(p->result_type);
	const char *domain = words_domain(w, p->domain, p->shown);
	const char *what = r != NULL ? r->words : p->result_type;

	if (p->mx[0] == '\0')
		return arena_printf(w->mem, "%s: %s", domain, what);
	if (is_within(p->mx, p->domain))
		return arena_printf(w->mem, "%s: %s", p->mx, what);
	return arena_printf(w->mem, "%s (for %s): %s", p->mx, domain, what);
}

static const char *
state_words(const struct words *w, const struct overview_problem *p)
{
	const char *first = words_day(w, p->first_day);
	const char *last = words_day(w, p->last_day);

	switch (p->state) {
	case PROBLEM_NEW:
		return arena_printf(w->mem, "new since %s", first);
	case PROBLEM_CURED:
		return arena_printf(w->mem, "cured, last seen on %s", last);
	case PROBLEM_RECURRING:
		return arena_printf(
		    w->mem, "comes and goes since %s, last on %s", first, last);
	default:
		return arena_printf(w->mem, "since %s", first);
	}
}

static const char *
seen_by(const struct words *w, const struct overview_problem *p)
{
	const char *alone = words_signed(w, p->organization_names);

	if (p->reporters <= 1)
		return arena_printf(
		    w->mem, "seen by the only reporter, %s", alone);
	if (p->organizations == 1)
		return arena_printf(w->mem, "1 of %u reporters sees it, %s",
		    p->reporters, alone);
	return arena_printf(w->mem, "%u of %u reporters see it",
	    p->organizations, p->reporters);
}

/* Why it is only to be watched, as the end of its facts. */
static const char *
doubt_words(const struct words *w, const struct problem_verdict *v)
{
	switch (v->doubt) {
	case DOUBT_OTHERS_FINE:
		return arena_printf(w->mem,
		    "; likely their side: on the same days %u other senders "
		    "had %s with the domain and none failed",
		    v->others, words_count(w, v->others_sessions, "session"));
	case DOUBT_THEIRS:
		return "; their side";
	case DOUBT_SLIGHT:
		return "; too little to act on yet";
	case DOUBT_OLD:
		return arena_printf(
		    w->mem, "; not seen in the last %d days", RECENT_DAYS);
	case DOUBT_UNCLEAR:
		return "; either side";
	case DOUBT_NONE:
		break;
	}
	return "";
}

const char *
words_facts(const struct words *w, const struct overview_problem *p)
{
	const char *share = "", *muted = "";
	uint64_t all = p->domain_sessions;

	/* by what the answer goes by, where sessions were invented */
	if (w->j->by_vouched && p->vouched && p->vouched_sessions < all)
		all = p->vouched_sessions;
	if (all > 0 && p->failed <= all)
		share = arena_printf(w->mem, "; %s of the domain's sessions%s",
		    words_share(w, p->failed, all),
		    all < p->domain_sessions ? " that somebody vouches for"
					     : "");
	if (p->muted_until[0] != '\0')
		muted = arena_printf(w->mem, "; muted until %s%s%s",
		    words_day(w, p->muted_until),
		    p->mute_note[0] != '\0' ? ": " : "", p->mute_note);
	return arena_printf(w->mem, "%s; %s, %s%s%s%s", state_words(w, p),
	    words_count(w, p->failed, "failed session"), seen_by(w, p), share,
	    doubt_words(w, &w->j->problem[p - w->o->problems]), muted);
}

const char *
words_brief(const struct words *w, const struct overview_problem *p)
{
	const struct result_type *r = remedy_find(p->result_type);

	return r == NULL ? ""
			 : remedy_prose(w->mem, r->brief, p->mx, p->domain);
}

const char *
words_look(const struct words *w, const struct overview_problem *p)
{
	const struct result_type *r = remedy_find(p->result_type);

	return r == NULL ? ""
			 : remedy_command(w->mem, r->look, p->mx, p->domain);
}

/* "example.com", by the name that people know. */
static const char *
shown_domain(const struct words *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->o->n_domains; i++)
		if (strcmp(w->o->domains[i].name, name) == 0)
			return words_domain(w, name, w->o->domains[i].shown);
	return name;
}

const char *
words_silent(const struct words *w, size_t first, size_t end)
{
	const struct overview_sender *s = &w->o->senders[first], *x;
	const char *names = "";
	size_t i, n = 0;

	for (i = first; i < end; i++) {
		x = &w->o->senders[i];
		if (!x->silent)
			continue;
		if (n == 0 || x->silent_days < s->silent_days)
			s = x;
		if (n++ < MOST_NAMES)
			names = arena_printf(w->mem, "%s%s%s", names,
			    n > 1 ? ", " : "", shown_domain(w, x->domain));
	}
	if (n == 1)
		return arena_printf(w->mem,
		    "%s no longer reports on %s: silent for %s, since %s; "
		    "before, %s",
		    words_signed(w, s->organization), names,
		    words_count(w, s->silent_days, "day"),
		    words_day(w, s->last_day),
		    s->longest_gap == 0
			? "a report came every day"
			: arena_printf(w->mem, "at most %s without a report",
			      words_count(w, s->longest_gap, "day")));
	return arena_printf(w->mem,
	    "%s no longer reports on %s (%s%s): silent for %s or longer",
	    words_signed(w, s->organization), words_count(w, n, "domain"),
	    names, and_more(w, n), words_count(w, s->silent_days, "day"));
}

const char *
words_differ(const struct words *w, const struct overview_domain *d)
{
	return arena_printf(w->mem, "%s: senders see different policies: %s",
	    words_domain(w, d->name, d->shown), d->policies_differ);
}

/* "a.example (30 days), b.example and 38 more", of the domains with a step. */
static const char *
step_domains(const struct words *w, enum step step)
{
	const struct overview_domain *d;
	const char *names = "";
	size_t i, n = 0;

	for (i = 0; i < w->o->n_domains; i++) {
		d = &w->o->domains[w->j->order[i]];
		if (w->j->step[w->j->order[i]] != step || n++ >= MOST_NAMES)
			continue;
		names = arena_printf(w->mem, "%s%s%s", names, n > 1 ? ", " : "",
		    words_domain(w, d->name, d->shown));
		if (step == STEP_ENFORCE && w->j->n_step[step] > 1)
			names = arena_printf(
			    w->mem, "%s (%u days)", names, d->clean_days);
	}
	return arena_printf(w->mem, "%s%s", names, and_more(w, n));
}

/* The one domain that can take a step, or the first of them. */
static const struct overview_domain *
first_with(const struct words *w, enum step step)
{
	size_t i = 0;

	while (w->j->step[w->j->order[i]] != step)
		i++;
	return &w->o->domains[w->j->order[i]];
}

const char *
words_ready(const struct words *w, const struct overview_domain *d)
{
	return arena_printf(w->mem,
	    "%s: %s in testing without a failure: ready for mode: enforce",
	    words_domain(w, d->name, d->shown),
	    words_count(w, d->clean_days, "day"));
}

const char *
words_step(const struct words *w, enum step step)
{
	size_t n = w->j->n_step[step];
	const char *names = step_domains(w, step);

	switch (step) {
	case STEP_ENFORCE:
		if (n > 1)
			return arena_printf(w->mem,
			    "%s in testing for %d days or more without a "
			    "failure: ready for mode: enforce: %s",
			    words_count(w, n, "domain"), CLEAN_DAYS, names);
		return words_ready(w, first_with(w, step));
	case STEP_POLICY:
		return arena_printf(w->mem,
		    "%s: no sender found a policy: publish MTA-STS or TLSA "
		    "records",
		    n > 1 ? arena_printf(w->mem, "%s (%s)",
				words_count(w, n, "domain"), names)
			  : names);
	case STEP_MODE:
		return arena_printf(w->mem,
		    "%s: MTA-STS says mode: none, so nobody verifies: begin "
		    "with mode: testing",
		    n > 1 ? arena_printf(w->mem, "%s (%s)",
				words_count(w, n, "domain"), names)
			  : names);
	default:
		return "";
	}
}

const char *
words_step_look(const struct words *w, enum step step)
{
	if (step != STEP_ENFORCE && step != STEP_MODE)
		return "";
	return remedy_command(w->mem,
	    "curl -s https://mta-sts.DOMAIN/.well-known/mta-sts.txt", "",
	    first_with(w, step)->name);
}
