#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "model/overview.h"
#include "page/html_escape.h"
#include "page/html_page.h"
#include "page/html_vouching.h"
#include "page/mail_body.h"
#include "summary/judge.h"
#include "summary/problem_verdict.h"
#include "summary/words.h"
#include "summary/words_of_findings.h"
#include "summary/words_of_vouching.h"

enum {
	MOST_CAUSES = 20, /* of a section; the page has the others */
	MOST_DOMAINS = 30
};

#define CELL "padding:4px 10px 4px 0;border-bottom:1px solid #ddd;"
#define NUMBER CELL "text-align:right;white-space:nowrap;"

/* "And 12 more in the page attached." */
static void
put_left_out(FILE *out, uint64_t all, size_t shown)
{
	if (all > shown)
		html_printf(out, "<p>And %u more in the page attached.</p>\n",
		    (uint64_t)(all - shown));
}

static void
put_heading(FILE *out, const char *text, const char *colour)
{
	html_printf(out,
	    "<h2 style=\"font-size:16px;margin:24px 0 4px;color:%s\">%s</h2>\n",
	    colour, text);
}

/* Other domains that the same remedy cures. */
static size_t
count_alike(const struct words *w, size_t first)
{
	size_t i, n = 0;

	for (i = first + 1; i < w->o->n_problems; i++)
		n += w->j->problem[i].alike == first;
	return n;
}

/* A cause; returns how many problems it stands for. */
static size_t
put_cause(FILE *out, const struct words *w, size_t at)
{
	const struct overview_problem *p = &w->o->problems[at];
	const char *brief = words_brief(w, p);
	size_t others = count_alike(w, at);

	fprintf(out, "<p style=\"margin:8px 0\"><b>#%" PRId64 " ", p->number);
	html_printf(out, "%s</b><br>%s.", words_title(w, p), words_facts(w, p));
	if (others > 0)
		html_printf(out, "<br>The same for mail to %s.",
		    words_count(w, others, "more domain"));
	if (brief[0] != '\0')
		html_printf(out, "<br><b>Do:</b> %s.", brief);
	fputs("</p>\n", out);
	return others + 1;
}

static void
put_group(FILE *out, const struct words *w, enum group group)
{
	size_t i, causes = 0, n = 0;

	for (i = 0; i < w->o->n_problems && causes < MOST_CAUSES; i++)
		if (w->j->problem[i].group == group &&
		    w->j->problem[i].alike == i) {
			n += put_cause(out, w, i);
			causes++;
		}
	put_left_out(out, w->j->n_problems[group], n);
}

static void
put_to_watch(FILE *out, const struct words *w)
{
	const struct silent_sender *s = w->j->silent;
	const struct overview_vouching *v = &w->o->vouching;
	size_t i, n = 0;

	put_group(out, w, GROUP_WATCH);
	for (i = 0; i < w->j->n_silent_listed && i < MOST_CAUSES; i++)
		html_printf(out, "<p style=\"margin:8px 0\">%s.</p>\n",
		    words_silent(w, s[i].first, s[i].end));
	put_left_out(out, w->j->n_silent, i);
	for (i = 0; i < v->n_signers && n < MOST_CAUSES; i++)
		if (judge_has_two_signers(&v->signers[i])) {
			html_printf(out, "<p style=\"margin:8px 0\">%s.</p>\n",
			    words_signers(w, &v->signers[i]));
			n++;
		}
	put_left_out(out, w->j->n_two_signers, n);
	if (w->j->n_differ > 0)
		html_printf(out,
		    "<p style=\"margin:8px 0\">%s whose policy senders see "
		    "differently.</p>\n",
		    words_count(w, w->j->n_differ, "domain"));
}

static void
put_steps(FILE *out, const struct words *w)
{
	enum step step;

	for (step = STEP_NONE + 1; step < N_STEPS; step++)
		if (w->j->n_step[step] > 0)
			html_printf(out, "<p style=\"margin:8px 0\">%s.</p>\n",
			    words_step(w, step));
}

static void
put_findings(FILE *out, const struct words *w)
{
	const struct judgement *j = w->j;

	if (j->n_problems[GROUP_FIX] > 0) {
		put_heading(out, "To fix, on your side", "#b3261e");
		put_group(out, w, GROUP_FIX);
	}
	if (j->n_problems[GROUP_WATCH] + j->n_silent + j->n_differ +
		j->n_two_signers >
	    0) {
		put_heading(out, "To watch", "#8a5a00");
		put_to_watch(out, w);
	}
	if (j->n_steps > 0) {
		put_heading(out, "Steps you can take", "#222222");
		put_steps(out, w);
	}
}

static void
put_domains(FILE *out, const struct words *w)
{
	const struct overview *o = w->o;
	const struct overview_domain *d;
	size_t i;

	put_heading(out, "Domains", "#222222");
	html_printf(out,
	    "<table style=\"border-collapse:collapse;font-size:14px\"><tr>"
	    "<th style=\"" CELL "text-align:left\">Domain"
	    "<th style=\"" NUMBER "\">Sessions<th style=\"" NUMBER "\">Failed"
	    "<th style=\"" NUMBER "\">%s before<th style=\"" CELL "\"></tr>\n",
	    words_count(w, o->n_days, "day"));
	for (i = 0; i < o->n_domains && i < MOST_DOMAINS; i++) {
		d = &o->domains[w->j->order[i]];
		html_printf(out,
		    "<tr><td style=\"" CELL "\">%s<td style=\"" NUMBER
		    "\">%u<td style=\"" NUMBER "\">%s<td style=\"" NUMBER
		    "\">%s<td style=\"" CELL "\">%s</tr>\n",
		    words_domain(w, d->name, d->shown), d->sessions,
		    words_share(w, d->failed, d->sessions),
		    words_share(w, d->failed_before, d->sessions_before),
		    words_trend(d->failed, d->sessions, d->failed_before,
			d->sessions_before));
	}
	fputs("</table>\n", out);
	put_left_out(out, o->n_domains + o->domains_left_out, i);
}

void
html_mail_body(
    FILE *out, const struct words *w, const struct page_origin *origin)
{
	const char *waiting = words_waiting(w);
	const char *stale = words_stale(w, origin->made);

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta "
	      "charset=\"utf-8\"><title>TLS reports</title></head>\n"
	      "<body style=\"font-family:sans-serif;font-size:15px;"
	      "line-height:1.4;color:#222222;max-width:720px\">\n",
	    out);
	if (stale[0] != '\0')
		html_printf(out, "<p><b>%s</b></p>\n", stale);
	html_printf(out, "<p style=\"font-size:18px\"><b>%s</b> %s</p>\n",
	    words_answer(w), words_tasks(w));
	if (w->o->n_domains > 0) {
		html_printf(
		    out, "<p>%s: %s</p>\n", words_range(w), words_figures(w));
		html_vouching(out, w);
		put_findings(out, w);
		put_domains(out, w);
	}
	if (waiting[0] != '\0')
		html_printf(out, "<p>%s.</p>\n", waiting);
	html_printf(out,
	    "<p style=\"color:#666666\">By tlsrua%s%s. The page attached has "
	    "plots, all findings and their remedies.</p>\n</body></html>\n",
	    origin->host[0] != '\0' ? " on " : "", origin->host);
}
