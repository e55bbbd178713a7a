#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "codes/result_types.h"
#include "model/overview.h"
#include "page/html_cards.h"
#include "page/html_escape.h"
#include "page/page_limits.h"
#include "summary/judge.h"
#include "summary/problem_verdict.h"
#include "summary/remedy.h"
#include "summary/words.h"
#include "summary/words_of_findings.h"
#include "summary/words_of_vouching.h"

enum {
	FEW_DOMAINS = 10 /* that the sentence of a step names itself */
};

/* A text in which commands stand in backquotes. */
static void
put_prose(FILE *out, const struct words *w, const char *text,
    const struct overview_problem *p)
{
	const char *piece;
	bool command = false;
	size_t n;

	for (;; text += n + 1) {
		n = strcspn(text, "`");
		piece = arena_strndup(w->mem, text, n);
		if (command)
			piece = remedy_command(w->mem, piece, p->mx, p->domain);
		html_printf(out, command ? "<code>%s</code>" : "%s", piece);
		if (text[n] == '\0')
			break;
		command = !command;
	}
}

static void
put_remedy(FILE *out, const struct words *w, const struct overview_problem *p)
{
	const struct result_type *r = remedy_find(p->result_type);

	html_printf(out, "<details><summary>What it means, and the remedy "
			 "step by step</summary>\n<dl>");
	if (r == NULL) {
		html_printf(out,
		    "<dt>Meaning<dd>The result type <code>%s</code> is not "
		    "registered; ask the sender what it stands for.</dl>"
		    "</details>\n",
		    p->result_type);
		return;
	}
	html_printf(out, "<dt>Meaning<dd>%s <span class=\"mute\">%s</span>",
	    r->meaning, r->section);
	html_printf(out, "<dt>Causes, the likeliest first<dd>%s", r->causes);
	fputs("<dt>Remedy<dd>", out);
	put_prose(out, w, r->remedy, p);
	fputs("</dl></details>\n", out);
}

/* Other domains that the same remedy cures, under the card of the first. */
static size_t
put_others(FILE *out, const struct words *w, size_t first)
{
	const struct overview_problem *x;
	size_t i, n = 0;

	for (i = first + 1; i < w->o->n_problems; i++) {
		if (w->j->problem[i].alike != first)
			continue;
		x = &w->o->problems[i];
		fputs(n++ == 0 ? "<ul class=\"others\">\n" : "", out);
		fprintf(out, "<li id=\"p%" PRId64 "\">", x->number);
		html_printf(out,
		    "<span class=\"no\">#%s</span> The same for "
		    "<b><bdi>%s</bdi></b>: %s.\n",
		    arena_printf(w->mem, "%" PRId64, x->number),
		    words_domain(w, x->domain, x->shown), words_facts(w, x));
	}
	fputs(n > 0 ? "</ul>\n" : "", out);
	return n;
}

/* One card; returns how many problems are on it. */
static size_t
put_problem(FILE *out, const struct words *w, size_t i, const char *class)
{
	const struct overview_problem *p = &w->o->problems[i];
	const char *brief = words_brief(w, p), *look = words_look(w, p);
	size_t n;

	fprintf(out, "<article class=\"card %s\" id=\"p%" PRId64 "\">", class,
	    p->number);
	html_printf(out,
	    "<h3><span class=\"no\">#%s</span> <bdi>%s</bdi></h3>\n"
	    "<p class=\"facts\">%s.</p>\n",
	    arena_printf(w->mem, "%" PRId64, p->number), words_title(w, p),
	    words_facts(w, p));
	if (p->reason[0] != '\0')
		html_printf(
		    out, "<p>The sender's reason: <q>%s</q></p>\n", p->reason);
	if (p->organizations > 1)
		html_printf(out, "<p class=\"mute\">Seen by %s</p>\n",
		    p->organization_names);
	n = put_others(out, w, i);
	if (p->state != PROBLEM_CURED && brief[0] != '\0')
		html_printf(out, "<p class=\"do\"><b>Do:</b> %s%s</p>\n", brief,
		    look[0] != '\0' ? ", then look:" : ".");
	if (p->state != PROBLEM_CURED && look[0] != '\0')
		html_printf(
		    out, "<pre tabindex=\"0\"><code>%s</code></pre>\n", look);
	put_remedy(out, w, p);
	fputs("</article>\n", out);
	return n + 1;
}

static void
put_group(FILE *out, const struct words *w, enum group group, const char *class)
{
	size_t i, cards = 0, n = 0;

	for (i = 0; i < w->o->n_problems && cards < MOST_CARDS; i++)
		if (w->j->problem[i].group == group &&
		    w->j->problem[i].alike == i) {
			n += put_problem(out, w, i, class);
			cards++;
		}
	html_left_out(out, w->j->n_problems[group], n,
	    "the table of problems below and problems.csv have them");
}

static void
put_note(FILE *out, const char *class, const char *text, const char *command)
{
	html_printf(out, "<article class=\"card %s\"><p>%s.</p>", class, text);
	if (command[0] != '\0')
		html_printf(
		    out, "<pre tabindex=\"0\"><code>%s</code></pre>", command);
	fputs("</article>\n", out);
}

/* One card for each organization that no longer reports on something. */
static void
put_silent(FILE *out, const struct words *w)
{
	const struct silent_sender *s = w->j->silent;
	size_t i;

	for (i = 0; i < w->j->n_silent_listed && i < MOST_CARDS; i++)
		put_note(
		    out, "watch", words_silent(w, s[i].first, s[i].end), "");
	html_left_out(out, w->j->n_silent, i, "senders.csv has them");
}

static void
put_differing(FILE *out, const struct words *w)
{
	const struct overview_domain *d;
	size_t i, n = 0;

	for (i = 0; i < w->o->n_domains && n < MOST_CARDS; i++) {
		d = &w->o->domains[w->j->order[i]];
		if (d->policies_differ[0] == '\0')
			continue;
		put_note(out, "watch", words_differ(w, d), "");
		n++;
	}
	html_left_out(out, w->j->n_differ, n, "tlsrua summary --json has them");
}

/* The organizations that others sign for, too. */
static void
put_signers(FILE *out, const struct words *w)
{
	const struct overview_vouching *v = &w->o->vouching;
	size_t i;

	for (i = 0; i < v->n_signers; i++)
		if (judge_has_two_signers(&v->signers[i]))
			put_note(
			    out, "watch", words_signers(w, &v->signers[i]), "");
	html_left_out(out, i + v->signers_left_out, i, "reports.csv has them");
}

/* The names of all domains that can take a step, folded. */
static void
put_step_domains(FILE *out, const struct words *w, enum step step)
{
	const struct overview_domain *d;
	size_t i, at, n = 0;

	fprintf(out, "<details><summary>All %s</summary><p>",
	    words_count(w, w->j->n_step[step], "domain"));
	for (i = 0; i < w->o->n_domains && n < MOST_ROWS; i++) {
		at = w->j->order[i];
		d = &w->o->domains[at];
		if (w->j->step[at] == step)
			html_printf(out, "%s<bdi>%s</bdi>", n++ > 0 ? ", " : "",
			    words_domain(w, d->name, d->shown));
	}
	fputs("</p>", out);
	html_left_out(out, w->j->n_step[step], n, "domains.csv has them");
	fputs("</details>\n", out);
}

static void
put_steps(FILE *out, const struct words *w)
{
	enum step step;
	const char *look;

	fputs("<section id=\"steps\"><h2>Steps you can take</h2>\n"
	      "<div class=\"cards\">",
	    out);
	for (step = STEP_NONE + 1; step < N_STEPS; step++) {
		if (w->j->n_step[step] == 0)
			continue;
		look = words_step_look(w, step);
		html_printf(out, "<article class=\"card step\"><p>%s.</p>",
		    words_step(w, step));
		if (look[0] != '\0')
			html_printf(out,
			    "<pre tabindex=\"0\"><code>%s</code></pre>", look);
		if (w->j->n_step[step] > FEW_DOMAINS)
			put_step_domains(out, w, step);
		fputs("</article>\n", out);
	}
	fputs("</div></section>\n", out);
}

static void
put_cured(FILE *out, const struct words *w)
{
	fprintf(out,
	    "<details class=\"cured\"><summary>%s in these days</summary>"
	    "<div class=\"cards\">\n",
	    words_count(w, w->j->n_problems[GROUP_CURED], "cured problem"));
	put_group(out, w, GROUP_CURED, "fine");
	fputs("</div></details>\n", out);
}

void
html_cards(FILE *out, const struct words *w)
{
	const size_t *n = w->j->n_problems;

	if (n[GROUP_FIX] > 0) {
		fputs("<section id=\"fix\"><h2>To fix, on your side</h2>\n"
		      "<div class=\"cards\">",
		    out);
		put_group(out, w, GROUP_FIX, "fix");
		fputs("</div></section>\n", out);
	}
	if (n[GROUP_WATCH] + n[GROUP_MUTED] + w->j->n_silent + w->j->n_differ +
		w->j->n_two_signers >
	    0) {
		fputs("<section id=\"watch\"><h2>To watch</h2>\n"
		      "<div class=\"cards\">",
		    out);
		put_group(out, w, GROUP_WATCH, "watch");
		put_silent(out, w);
		put_differing(out, w);
		put_signers(out, w);
		put_group(out, w, GROUP_MUTED, "muted");
		fputs("</div></section>\n", out);
	}
	if (w->j->n_steps > 0)
		put_steps(out, w);
	if (n[GROUP_CURED] > 0)
		put_cured(out, w);
}
