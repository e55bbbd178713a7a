#include <string.h>

#include "base/arena.h"
#include "summary/remedy.h"
#include "summary/words_of_findings.h"

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
	const char *alone = words_organization(p->organization_names);

	if (p->reporters <= 1)
		return arena_printf(
		    w->mem, "seen by the only reporter, %s", alone);
	if (p->organizations == 1)
		return arena_printf(w->mem, "1 of %u reporters sees it, %s",
		    p->reporters, alone);
	return arena_printf(w->mem, "%u of %u reporters see it",
	    p->organizations, p->reporters);
}

const char *
words_facts(const struct words *w, const struct overview_problem *p)
{
	const char *share = "", *side = "", *muted = "";

	if (p->domain_sessions > 0 && p->failed <= p->domain_sessions)
		share = arena_printf(w->mem, "; %s of the domain's sessions",
		    words_share(w, p->failed, p->domain_sessions));
	if (strcmp(p->side, "theirs") == 0)
		side = "; their side";
	else if (p->organizations == 1 && p->reporters > 2)
		side = "; perhaps their side";
	if (p->muted_until[0] != '\0')
		muted = arena_printf(w->mem, "; muted until %s%s%s",
		    words_day(w, p->muted_until),
		    p->mute_note[0] != '\0' ? ": " : "", p->mute_note);
	return arena_printf(w->mem, "%s; %s, %s%s%s%s", state_words(w, p),
	    words_count(w, p->failed, "failed session"), seen_by(w, p), share,
	    side, muted);
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

const char *
words_silent(const struct words *w, const struct overview_sender *s)
{
	const struct overview *o = w->o;
	const char *shown = s->domain;
	size_t i;

	for (i = 0; i < o->n_domains; i++)
		if (strcmp(o->domains[i].name, s->domain) == 0)
			shown = words_domain(w, s->domain, o->domains[i].shown);
	return arena_printf(w->mem,
	    "%s no longer reports on %s: silent for %s, since %s; before, at "
	    "most %s between reports",
	    words_organization(s->organization), shown,
	    words_count(w, s->silent_days, "day"), words_day(w, s->last_day),
	    words_count(w, s->longest_gap, "day"));
}

const char *
words_differ(const struct words *w, const struct overview_domain *d)
{
	return arena_printf(w->mem, "%s: senders see different policies: %s",
	    words_domain(w, d->name, d->shown), d->policies_differ);
}

const char *
words_step(
    const struct words *w, const struct overview_domain *d, enum step step)
{
	const char *name = words_domain(w, d->name, d->shown);

	switch (step) {
	case STEP_ENFORCE:
		return arena_printf(w->mem,
		    "%s: %s in testing without a failure: ready for mode: "
		    "enforce",
		    name, words_count(w, d->clean_days, "day"));
	case STEP_POLICY:
		return arena_printf(w->mem,
		    "%s: no sender found a policy: publish MTA-STS or TLSA "
		    "records",
		    name);
	case STEP_MODE:
		return arena_printf(w->mem,
		    "%s: its MTA-STS policy says mode: none, so nobody "
		    "verifies: begin with mode: testing",
		    name);
	default:
		return "";
	}
}

const char *
words_step_look(
    const struct words *w, const struct overview_domain *d, enum step step)
{
	if (step != STEP_ENFORCE && step != STEP_MODE)
		return "";
	return remedy_command(w->mem,
	    "curl -s https://mta-sts.DOMAIN/.well-known/mta-sts.txt", "",
	    d->name);
}
