#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "model/overview.h"
#include "page/html_domains.h"
#include "page/html_escape.h"
#include "page/page_limits.h"
#include "page/svg.h"
#include "summary/judge.h"
#include "summary/words.h"

/* The share that failed, and under it that of the days before. */
static void
put_share(FILE *out, const struct words *w, const struct overview_domain *d)
{
	struct words_sessions of = words_domain_sessions(w, d);
	const char *trend = words_trend(
	    of.failed, of.all, d->failed_before, d->sessions_before);

	html_printf(
	    out, "<td class=\"n\">%s", words_share(w, of.failed, of.all));
	if (trend[0] != '\0')
		html_printf(out,
		    "<br><span class=\"mute small\">%s; %s before</span>",
		    trend,
		    words_share(w, d->failed_before, d->sessions_before));
}

/* How the domain is, in a word or two. */
static void
put_state(FILE *out, const struct words *w, size_t at)
{
	static const char *const state[] = { "to fix", "muted", "to watch",
		"fine" };
	static const char *const class[] = { "fix", "muted", "watch", "fine" };
	enum standing standing = w->j->domain[at];
	enum step step = w->j->step[at];

	html_printf(out, "<td><span class=\"state %s\">%s</span>",
	    class[standing],
	    standing != STANDING_FINE ? state[standing]
	    : step == STEP_POLICY     ? "no policy"
	    : step == STEP_MODE	      ? "mode: none"
				      : state[standing]);
}

static void
put_domain(FILE *out, const struct words *w, size_t at)
{
	const struct overview_domain *d = &w->o->domains[at];
	struct words_sessions of = words_domain_sessions(w, d);

	html_printf(out, "<tr><th scope=\"row\"><bdi>%s</bdi>",
	    words_domain(w, d->name, d->shown));
	if (strcmp(d->shown, d->name) != 0 && d->shown[0] != '\0')
		html_printf(out, "<br><code>%s</code>", d->name);
	put_state(out, w, at);
	put_share(out, w, d);
	html_printf(
	    out, "<td class=\"n\">%u<td class=\"n\">%u<td>", of.failed, of.all);
	svg_spark(
	    out, d->day, w->o->n_days, judge_is_unchecked(w->j->step[at]));
	html_printf(out, "<td>%s<td>%s<td class=\"n\">%u<td class=\"n\">%u\n",
	    d->policy_types, d->policy_mode, (uint64_t)d->clean_days,
	    (uint64_t)d->organizations);
}

void
html_domains(FILE *out, const struct words *w)
{
	size_t n = w->o->n_domains, i;

	fputs("<section id=\"overview\"><h2>Domains", out);
	/* a table that scrolls by itself does not show how long it is */
	if (n > TALL_TABLE)
		html_printf(out, " <span class=\"no\">%u</span>",
		    (uint64_t)n + w->o->domains_left_out);
	fprintf(out,
	    "</h2>\n<div "
	    "class=\"scroll%s\" tabindex=\"0\"><table class=\"sort\" "
	    "id=\"domains\"><caption>Domains, to fix first, then by share "
	    "failed</caption><thead><tr><th scope=\"col\">Domain<th "
	    "scope=\"col\">State<th scope=\"col\" class=\"n\">Share<th "
	    "scope=\"col\" class=\"n\">Failed<th scope=\"col\" "
	    "class=\"n\">Sessions<th scope=\"col\">By day<th "
	    "scope=\"col\">Policies<th scope=\"col\">Mode<th scope=\"col\" "
	    "class=\"n\">Clean days<th scope=\"col\" class=\"n\">Reporters"
	    "</thead><tbody>\n",
	    n > TALL_TABLE ? " tall" : "");
	for (i = 0; i < n && i < MOST_ROWS; i++)
		put_domain(out, w, w->j->order[i]);
	fputs("</tbody></table></div>\n", out);
	html_left_out(
	    out, n + w->o->domains_left_out, i, "domains.csv has them");
	fputs("</section>\n", out);
}
