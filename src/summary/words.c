#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/overview.h"
#include "output/terminal_text.h"
#include "summary/judge.h"
#include "summary/problem_verdict.h"
#include "summary/words.h"

enum {
	STALE_HOURS = 36,
	STALE_DAYS = 3, /* of the newest report, where nothing is polled */
	HOUR = 3600,
	LONGEST_NAME = 60 /* columns of a domain in the headline */
};

const char *
words_domain(const struct words *w, const char *name, const char *shown)
{
	return w->ascii || shown[0] == '\0' ? name : shown;
}

static const char *
day_in(const struct words *w, const char *day, bool with_year)
{
	int64_t t;

	if (utc_parse_date(span_of(day), &t) == -1)
		return day;
	return arena_printf(w->mem, "%d %s%s%.*s",
	    (day[8] - '0') * 10 + day[9] - '0',
	    utc_month_name((day[5] - '0') * 10 + day[6] - '0'),
	    with_year ? " " : "", with_year ? 4 : 0, day);
}

const char *
words_day(const struct words *w, const char *day)
{
	return day_in(w, day, strncmp(day, w->o->to, 4) != 0);
}

const char *
words_range(const struct words *w)
{
	const char *last = day_in(w, w->o->to, true);

	if (w->o->n_days == 0)
		return "no days";
	if (w->o->n_days == 1)
		return last;
	return arena_printf(w->mem, "%s to %s (%s)", words_day(w, w->o->from),
	    last, words_count(w, w->o->n_days, "day"));
}

const char *
words_number(const struct words *w, uint64_t n)
{
	char text[GROUPED];

	return arena_strdup(w->mem, text_grouped(n, text));
}

const char *
words_count(const struct words *w, uint64_t n, const char *noun)
{
	return arena_printf(
	    w->mem, "%s %s%s", words_number(w, n), noun, n == 1 ? "" : "s");
}

const char *
words_share(const struct words *w, uint64_t part, uint64_t whole)
{
	double percent;

	if (whole == 0)
		return "";
	if (part == 0)
		return "0 %";
	if (part >= whole)
		return "100 %";
	percent = (double)part * 100 / (double)whole;
	if (percent < 0.01)
		return "<0.01 %";
	if (percent < 0.995)
		return arena_printf(w->mem, "%.2f %%", percent);
	return arena_printf(w->mem, "%.1f %%", percent > 99.9 ? 99.9 : percent);
}

const char *
words_organization(const char *name)
{
	return name[0] != '\0' ? name : "a sender without a name";
}

/* "example.com", "4 domains". */
static const char *
whom(const struct words *w)
{
	const struct overview_domain *d = &w->o->domains[0];

	return w->o->n_domains == 1
		   ? words_domain(w, d->name, d->shown)
		   : words_count(
			 w, w->o->n_domains + w->o->domains_left_out, "domain");
}

/* Sessions of the answer that went well without a policy to verify by. */
static uint64_t
unchecked(const struct words *w)
{
	return w->j->by_vouched ? w->j->vouched_unchecked : w->j->unchecked;
}

/* When no session was verified. */
static const char *
headline_of_none(const struct words *w)
{
	const char *policy = w->j->n_step[STEP_POLICY] > 0
				 ? "senders find no policy"
				 : "the policy says mode: none";
	const char *begin;
	uint64_t n = w->j->sessions;

	if (n == 1)
		begin = arena_printf(w->mem,
		    "The only session with %s was not verified", whom(w));
	else
		begin = arena_printf(w->mem, "None of %s with %s was verified",
		    words_count(w, n, "session"), whom(w));
	if (w->j->failed == 0)
		return arena_printf(w->mem, "%s: %s.", begin, policy);
	if (unchecked(w) == 0)
		return arena_printf(
		    w->mem, "%s: %s failed.", begin, n == 1 ? "it" : "all");
	return arena_printf(w->mem, "%s: %s failed, and for the others %s.",
	    begin, words_number(w, w->j->failed), policy);
}

const char *
words_headline(const struct words *w)
{
	const struct overview *o = w->o;
	uint64_t sessions = w->j->sessions;
	uint64_t bad = saturating_count(w->j->failed, unchecked(w));
	uint64_t verified = sessions > bad ? sessions - bad : 0;

	if (o->n_domains == 0 && o->n_days == 0)
		return "No report is stored yet.";
	if (o->n_domains == 0)
		return arena_printf(
		    w->mem, "No report is stored for %s.", words_range(w));
	if (sessions == 0)
		return arena_printf(
		    w->mem, "No mail session with %s was reported.", whom(w));
	if (verified == 0)
		return headline_of_none(w);
	if (verified == 1 && sessions == 1)
		return arena_printf(w->mem,
		    "The only session with %s used verified TLS.", whom(w));
	if (verified == sessions)
		return arena_printf(w->mem, "All %s with %s used verified TLS.",
		    words_count(w, sessions, "session"), whom(w));
	return arena_printf(w->mem, "%s of %s with %s used verified TLS.",
	    words_share(w, verified, sessions),
	    words_count(w, sessions, "session"), whom(w));
}

struct words_sessions
words_domain_sessions(const struct words *w, const struct overview_domain *d)
{
	if (w->j->by_vouched && d->vouched_sessions > 0)
		return (struct words_sessions){ d->vouched_sessions,
			d->vouched_failed };
	return (struct words_sessions){ d->sessions, d->failed };
}

/* "worst: example.com, where 12.2 % failed", of several domains; or "". */
static const char *
worst(const struct words *w)
{
	const struct overview *o = w->o;
	const struct overview_domain *d;
	const char *name;
	uint64_t failed;
	size_t i;

	for (i = 0; i < o->n_domains && o->n_domains > 1; i++) {
		d = &o->domains[w->j->order[i]];
		failed = w->j->by_vouched ? d->vouched_failed : d->failed;
		if (failed == 0)
			continue;
		name = words_domain(w, d->name, d->shown);
		return arena_printf(w->mem, "worst: %s, where %s failed",
		    text_clip(w->mem, name, LONGEST_NAME, w->ascii),
		    words_share(w, failed,
			w->j->by_vouched ? d->vouched_sessions : d->sessions));
	}
	return "";
}

/* Why the answer goes by the reports alone that somebody vouches for. */
static const char *
by_vouched(const struct words *w)
{
	return arena_printf(w->mem,
	    "this goes by the reports that somebody vouches for; by all of "
	    "them, %s of %s failed",
	    words_share(w, w->o->failed, w->o->sessions),
	    words_count(w, w->o->sessions, "session"));
}

const char *
words_beside(const struct words *w)
{
	const char *name = worst(w), *open = "";
	uint64_t n = unchecked(w);

	if (n > 0 && saturating_count(n, w->j->failed) < w->j->sessions)
		open = arena_printf(w->mem, "%s had no policy to verify by%s",
		    words_share(w, n, w->j->sessions),
		    name[0] != '\0' ? "; " : "");
	if (!w->j->by_vouched)
		return arena_printf(w->mem, "%s%s", open, name);
	return arena_printf(w->mem, "%s%s%s%s", open, name,
	    open[0] != '\0' || name[0] != '\0' ? "; " : "", by_vouched(w));
}

const char *
words_answer(const struct words *w)
{
	const char *headline = words_headline(w), *beside = words_beside(w);

	if (beside[0] == '\0')
		return headline;
	return arena_printf(
	    w->mem, "%.*s; %s.", (int)strlen(headline) - 1, headline, beside);
}

const char *
words_tasks(const struct words *w)
{
	const struct judgement *j = w->j;
	size_t fix = j->n_problems[GROUP_FIX];
	size_t watch = j->n_problems[GROUP_WATCH] + j->n_silent + j->n_differ +
		       j->n_two_signers;
	const char *text = "";

	if (fix > 0)
		text = arena_printf(
		    w->mem, "%s%s to fix", text, words_count(w, fix, "cause"));
	if (watch > 0)
		text = arena_printf(w->mem, "%s%s%s to watch", text,
		    text[0] != '\0' ? ", " : "",
		    words_count(w, watch, "thing"));
	if (j->n_steps > 0)
		text = arena_printf(w->mem, "%s%s%s to take", text,
		    text[0] != '\0' ? ", " : "",
		    words_count(w, j->n_steps, "step"));
	return text[0] != '\0' ? arena_printf(w->mem, "%s.", text) : text;
}

const char *
words_figures(const struct words *w)
{
	const struct overview *o = w->o;
	const char *now;

	now = arena_printf(w->mem, "%s, %s failed%s%s%s",
	    words_count(w, o->sessions, "session"), words_number(w, o->failed),
	    o->failed > 0 ? " (" : "",
	    o->failed > 0 ? words_share(w, o->failed, o->sessions) : "",
	    o->failed > 0 ? ")" : "");
	if (o->sessions_before == 0)
		return arena_printf(w->mem, "%s.", now);
	return arena_printf(w->mem, "%s; %s before: %s of %s.", now,
	    words_count(w, o->n_days, "day"),
	    words_share(w, o->failed_before, o->sessions_before),
	    words_number(w, o->sessions_before));
}

const char *
words_warnings(const struct words *w)
{
	const struct overview *o = w->o;

	if (o->n_warnings == 0)
		return "";
	return arena_printf(w->mem, "%s with the warning %s%s",
	    words_count(w, o->warnings[0].reports, "report"),
	    o->warnings[0].code,
	    o->n_warnings > 1
		? arena_printf(w->mem, ", and %s",
		      words_count(w, o->n_warnings - 1, "other kind"))
		: "");
}

const char *
words_waiting(const struct words *w)
{
	const struct overview *o = w->o;
	const char *a = "", *b = "";

	if (o->quarantined > 0)
		a = arena_printf(w->mem, "%s in quarantine",
		    words_number(w, o->quarantined));
	if (o->conflicts > 0)
		b = arena_printf(w->mem, "%s%s in conflict with another",
		    o->quarantined > 0 ? ", " : "",
		    words_number(w, o->conflicts));
	return arena_printf(w->mem, "%s%s", a, b);
}

const char *
words_trend(uint64_t failed, uint64_t sessions, uint64_t failed_before,
    uint64_t sessions_before)
{
	double now, before;

	if (sessions == 0 || sessions_before == 0)
		return "";
	now = (double)failed * 100 / (double)sessions;
	before = (double)failed_before * 100 / (double)sessions_before;
	if (now > before * 1.5 && now - before >= 0.1)
		return "worse";
	if (before > now * 1.5 && before - now >= 0.1)
		return "better";
	return "as before";
}

static const char *
age(const struct words *w, int64_t seconds)
{
	if (seconds < 2 * UTC_DAY)
		return words_count(w, (uint64_t)(seconds / HOUR), "hour");
	return words_count(w, (uint64_t)(seconds / UTC_DAY), "day");
}

const char *
words_time(const struct words *w, int64_t t)
{
	char text[UTC_TEXT];

	utc_format(t, text);
	text[10] = '\0'; /* the date ends at the T */
	return arena_printf(
	    w->mem, "%s, %.5s UTC", day_in(w, text, true), text + 11);
}

const char *
words_stale(const struct words *w, int64_t now)
{
	const struct overview *o = w->o;
	int64_t newest;

	if (o->last_good_poll > 0) {
		if (now - o->last_good_poll <= STALE_HOURS * HOUR)
			return "";
		return arena_printf(w->mem,
		    "The data are %s old: the last good poll was on %s.",
		    age(w, now - o->last_good_poll),
		    words_time(w, o->last_good_poll));
	}
	if (o->n_domains == 0 || utc_parse_date(span_of(o->to), &newest) == -1)
		return "";
	newest += UTC_DAY; /* its end */
	if (now - newest <= STALE_DAYS * UTC_DAY)
		return "";
	return arena_printf(w->mem,
	    "The data are %s old: no report is newer "
	    "than %s.",
	    age(w, now - newest), day_in(w, o->to, true));
}
