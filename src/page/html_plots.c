#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "page/html_escape.h"
#include "page/html_parts.h"
#include "summary/sentences.h"

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
		sum[i].sessions += day[i].sessions;
		sum[i].failed += day[i].failed;
		if (is_open(w, at) && day[i].sessions > day[i].failed)
			open[i] += day[i].sessions - day[i].failed;
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
			words_count(w, o->n_domains, "domain")));
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
	html_rest(out, n, i,
	    "they are in the table of domains; tlsrua html --domain NAME "
	    "draws one");
	fputs("</section>\n", out);
}

/* -- result types */

static uint64_t
most_of_results(const struct overview *o)
{
	uint64_t most = 0;
	size_t i, k;

	for (i = 0; i < o->n_results; i++)
		for (k = 0; k < o->n_days; k++)
			if (o->results[i].day[k] > most)
				most = o->results[i].day[k];
	return most;
}

static const char *
side_words(const char *side)
{
	if (strcmp(side, "ours") == 0)
		return "your side";
	return strcmp(side, "theirs") == 0 ? "their side" : "either side";
}

static void
put_result(FILE *out, const struct words *w, const struct overview_result *r,
    uint64_t most)
{
	const struct remedy *known = remedy_find(w->remedies, r->result_type);
	const char *name = known != NULL ? known->words : r->result_type;

	html_printf(out,
	    "<tr><th scope=\"row\"><bdi>%s</bdi><br><code>%s</code><td>%s<td "
	    "class=\"drawn\">",
	    name, r->result_type,
	    side_words(known != NULL ? known->side : "unclear"));
	svg_strip(out,
	    arena_printf(w->mem, "%s: %s over these days", name,
		words_count(w, r->failed, "failed session")),
	    r->day, w->o->n_days, most);
	html_printf(out, "<td class=\"n\">%u\n", r->failed);
}

void
html_results(FILE *out, const struct words *w)
{
	const struct overview *o = w->o;
	uint64_t most = most_of_results(o);
	size_t i;

	if (o->n_results == 0)
		return;
	html_printf(out,
	    "<section id=\"results\"><h2>Failures by result type</h2>\n"
	    "<div class=\"scroll\" tabindex=\"0\"><table class=\"sort "
	    "strips\"><caption>What "
	    "failed, by day from %s; the highest bar is %u. One session may "
	    "show several findings, so they are not to be added.</caption>"
	    "<thead><tr><th scope=\"col\">Result type<th scope=\"col\">Whose"
	    "<th scope=\"col\" class=\"drawn\">By day<th scope=\"col\" "
	    "class=\"n\">Failed</thead><tbody>\n",
	    words_range(w), most);
	for (i = 0; i < o->n_results && i < MOST_ROWS; i++)
		put_result(out, w, &o->results[i], most);
	fputs("</tbody></table></div>\n", out);
	html_rest(out, o->n_results, i, "failures.csv has them");
	fputs("</section>\n", out);
}

/* -- MX hosts */

void
html_mx(FILE *out, const struct words *w)
{
	const struct overview *o = w->o;
	const struct remedy *known;
	uint64_t most = 1;
	size_t i;

	if (o->n_mx == 0)
		return;
	for (i = 0; i < o->n_mx; i++)
		most = o->mx[i].failed > most ? o->mx[i].failed : most;
	fputs("<section id=\"mx\"><h2>MX hosts by result type</h2>\n"
	      "<div class=\"scroll\" tabindex=\"0\"><table "
	      "class=\"sort\"><caption>Failed "
	      "sessions at each MX host. Reports tell no successes by host, so "
	      "there is no rate.</caption><thead><tr><th scope=\"col\">MX host"
	      "<th scope=\"col\">Domain<th scope=\"col\">Result type<th "
	      "scope=\"col\" class=\"n\">Reporters<th scope=\"col\" "
	      "class=\"n\">Failed<th scope=\"col\" class=\"drawn\">"
	      "<span class=\"hide\">drawn</span></thead><tbody>\n",
	    out);
	for (i = 0; i < o->n_mx && i < MOST_ROWS; i++) {
		const struct overview_mx *m = &o->mx[i];

		known = remedy_find(w->remedies, m->result_type);
		html_printf(out,
		    "<tr><th scope=\"row\"><bdi>%s</bdi><td><bdi>%s</bdi>"
		    "<td>%s<td class=\"n\">%u<td class=\"n\">%u<td "
		    "class=\"drawn\">",
		    m->mx[0] != '\0' ? m->mx : "none named", m->domain,
		    known != NULL ? known->words : m->result_type,
		    (uint64_t)m->organizations, m->failed);
		svg_share(out, m->failed, most);
		fputc('\n', out);
	}
	fputs("</tbody></table></div>\n", out);
	html_rest(out, o->n_mx, i, "mx.csv has them");
	fputs("</section>\n", out);
}
