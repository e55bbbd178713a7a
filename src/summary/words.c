#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/utc.h"
#include "output/terminal_text.h"
#include "summary/words.h"

enum {
	STALE_HOURS = 36,
	STALE_DAYS = 3, /* of the newest report, where nothing is polled */
	HOUR = 3600
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

static const char *
answer_for_one(const struct words *w)
{
	const struct overview_domain *d = &w->o->domains[0];
	const char *name = words_domain(w, d->name, d->shown);

	if (d->sessions == 0)
		return arena_printf(
		    w->mem, "No mail session to %s was reported.", name);
	if (w->j->n_verified == 1)
		return arena_printf(
		    w->mem, "Mail to %s arrives over verified TLS.", name);
	if (w->j->domain[0] >= STANDING_WATCH)
		return arena_printf(w->mem,
		    "Mail to %s arrives over TLS that no sender verifies.",
		    name);
	if (d->failed >= d->sessions)
		return arena_printf(w->mem,
		    "Mail to %s does not arrive over verified TLS.", name);
	return arena_printf(w->mem,
	    "Mail to %s does not always arrive over verified TLS.", name);
}

const char *
words_answer(const struct words *w)
{
	size_t n = w->o->n_domains;

	if (n == 0)
		return "No report is stored for these days.";
	if (n == 1)
		return answer_for_one(w);
	if (w->j->n_verified == n)
		return arena_printf(w->mem,
		    "Mail to all %s arrives over verified TLS.",
		    words_count(w, n, "domain"));
	if (w->j->n_verified == 0)
		return arena_printf(w->mem,
		    "Mail to none of %s always arrives over verified TLS.",
		    words_count(w, n, "domain"));
	return arena_printf(w->mem,
	    "Mail to %s of %s arrives over verified TLS.",
	    words_number(w, w->j->n_verified), words_count(w, n, "domain"));
}

const char *
words_tasks(const struct words *w)
{
	const struct judgement *j = w->j;
	size_t fix = j->n_problems[GROUP_FIX];
	size_t watch = j->n_problems[GROUP_WATCH] + j->n_silent + j->n_differ;
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
