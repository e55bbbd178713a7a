#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "model/overview.h"
#include "page/html_escape.h"
#include "page/html_plots.h"
#include "page/page_limits.h"
#include "page/svg.h"
#include "summary/judge.h"
#include "summary/words.h"

/* The first, a middle and the last day, under a drawing. */
static void
put_days_axis(FILE *out, const struct words *w)
{
	size_t n = w->o->n_days;

	html_printf(out, "<p class=\"axis\"><span>%s</span>",
	    n < SVG_LEAST_DAYS ? words_range(w) : words_day(w, w->o->days[0]));
	if (n < SVG_LEAST_DAYS) {
		fputs("</p>\n", out);
		return;
	}
	if (n > 2)
		html_printf(out, "<span>%s</span>",
		    words_day(w, w->o->days[(n - 1) / 2]));
	html_printf(
	    out, "<span>%s</span></p>\n", words_day(w, w->o->days[n - 1]));
}

static uint64_t
most_sessions(const struct overview_day *day, size_t n)
{
	uint64_t most = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		most = day[i].sessions > most ? day[i].sessions : most;
		most = day[i].failed > most ? day[i].failed : most;
	}
	return most;
}

static void
put_days_table(FILE *out, const struct words *w, const char *of,
    const struct overview_day *day)
{
	size_t i;

	html_printf(out,
	    "<details class=\"days\"><summary>Figures by day</summary>"
	    "<div class=\"scroll\" tabindex=\"0\"><table "
	    "class=\"sort\"><caption>%s: "
	    "sessions by day</caption><thead><tr><th scope=\"col\">Day"
	    "<th scope=\"col\" class=\"n\">Sessions<th scope=\"col\" "
	    "class=\"n\">Failed<th scope=\"col\" class=\"n\">Share</thead>"
	    "<tbody>\n",
	    of);
	for (i = 0; i < w->o->n_days; i++)
		html_printf(out,
		    "<tr><td>%s<td class=\"n\">%u<td class=\"n\">%u<td "
		    "class=\"n\">%s\n",
		    w->o->days[i], day[i].sessions, day[i].failed,
		    words_share(w, day[i].failed, day[i].sessions));
	fputs("</tbody></table></div></details>", out);
}

static void
put_plot(FILE *out, const struct words *w, const char *name,
    const char *verdict, const struct svg_bars *bars)
{
	html_printf(out,
	    "<figure><figcaption><b><bdi>%s</bdi></b> <span "
	    "class=\"mute\">%s</span></figcaption>\n"
	    "<p class=\"most\">%u</p>",
	    name, verdict, bars->most);
	svg_bars(out, bars);
	put_days_axis(out, w);
	put_days_table(out, w, name, bars->day);
	fputs("</figure>\n", out);
}

static bool
is_open(const struct words *w, size_t at)
{
	return w->j->step[at] == STEP_POLICY || w->j->step[at] == STEP_MODE;
}

/* Add what a domain had on each day, and what nobody verified of it. */
static void
add_days(
    const struct words *w, size_t at, struct overview_day *sum, uint64_t *open)
{
	const struct overview_day *day = w->o->domains[at].day;
	size_t i;

	for (i = 0; i < w->o->n_days; i++) {
		sum[i].sessions =
		    saturating_count(sum[i].sessions, day[i].sessions);
		sum[i].failed = saturating_count(sum[i].failed, day[i].failed);
		if (is_open(w, at) && day[i].sessions > day[i].failed)
			open[i] = saturating_count(
			    open[i], day[i].sessions - day[i].failed);
	}
}

/* And what the domains had that are not listed. */
static void
add_left_out(const struct words *w, struct overview_day *sum)
{
	const struct overview_day *day = w->o->day_left_out;
	size_t i;

	for (i = 0; day != NULL && i < w->o->n_days; i++) {
		sum[i].sessions =
		    saturating_count(sum[i].sessions, day[i].sessions);
		sum[i].failed = saturating_count(sum[i].failed, day[i].failed);
	}
}

/* The domains from `first` to before `last`, together. */
static void
put_domains(FILE *out, const struct words *w, size_t first, size_t last,
    const char *name, const char *verdict)
{
	size_t n = w->o->n_days, i;
	struct overview_day *sum = arena_alloc(w->mem, (n + 1) * sizeof *sum);
	uint64_t *open = arena_alloc(w->mem, (n + 1) * sizeof *open);
	struct svg_bars bars = {
		.days = w->o->days, .day = sum, .open = open, .n_days = n
	};

	for (i = first; i < last; i++)
		add_days(w, i, sum, open);
	if (last - first > 1)
		add_left_out(w, sum);
	bars.most = most_sessions(sum, n);
	bars.title =
	    arena_printf(w->mem, "Sessions per day, %s: %s", name, verdict);
	put_plot(out, w, name, verdict, &bars);
}

static void
put_domain(FILE *out, const struct words *w, size_t at)
{
	const struct overview_domain *d = &w->o->domains[at];

	put_domains(out, w, at, at + 1, words_domain(w, d->name, d->shown),
	    arena_printf(w->mem, "%s, %s failed%s",
		words_count(w, d->sessions, "session"),
		d->failed > 0 ? words_share(w, d->failed, d->sessions) : "none",
		is_open(w, at) ? "; nobody verifies" : ""));
}

static void
put_legend(FILE *out, const struct words *w)
{
	bool open = false;
	size_t i;

	for (i = 0; i < w->o->n_domains; i++)
		open = open || is_open(w, i);
	fputs("<p class=\"legend\"><span><i class=\"key ok\"></i> "
	      "verified</span> ",
	    out);
	if (open)
		fputs("<span><i class=\"key open\"></i> nobody verifies"
		      "</span> ",
		    out);
	fputs("<span><i class=\"key bad\"></i> failed"
	      "</span> <span><i class=\"key gap\"></i> no "
	      "report</span></p>\n",
	    out);
}

void
html_total(FILE *out, const struct words *w)
{
	const struct overview *o = w->o;

	fputs("<div class=\"total\">", out);
	if (o->n_domains == 1)
		put_domain(out, w, 0);
	else
		put_domains(out, w, 0, o->n_domains, "Sessions per day",
		    arena_printf(w->mem, "to all %s",
			words_count(
			    w, o->n_domains + o->domains_left_out, "domain")));
	put_legend(out, w);
	fputs("</div>\n", out);
}

void
html_plots(FILE *out, const struct words *w)
{
	size_t n = w->o->n_domains, i;

	if (n <= 1)
		return;
	fputs("<section id=\"sessions\"><h2>Sessions per day, by domain</h2>\n",
	    out);
	put_legend(out, w);
	fputs("<div class=\"plots\">\n", out);
	for (i = 0; i < n && i < MOST_PLOTS; i++)
		put_domain(out, w, w->j->order[i]);
	fputs("</div>\n", out);
	html_left_out(out, n + w->o->domains_left_out, i,
	    "they are in the table of domains; tlsrua html --domain NAME "
	    "draws one");
	fputs("</section>\n", out);
}
