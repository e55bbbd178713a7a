#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "codes/codes.h"
#include "model/overview.h"
#include "page/html_escape.h"
#include "page/html_tables.h"
#include "page/page_limits.h"
#include "summary/problem_verdict.h"
#include "summary/words.h"
#include "summary/words_of_findings.h"

/*
 * Begin a table; with many rows it is folded.  `columns` are the headings with
 * "|" between them; a "#" before one marks a column of numbers.
 */
static void
open_table(FILE *out, const char *id, size_t rows, const char *caption,
    const char *columns)
{
	bool number;
	size_t n;

	if (rows > LONG_TABLE)
		html_printf(out, "<details><summary>%s: %u rows</summary>",
		    caption, (uint64_t)rows);
	html_printf(out,
	    "<div class=\"scroll\" tabindex=\"0\"><table class=\"sort\" "
	    "id=\"%s\"><caption>"
	    "%s</caption><thead><tr>",
	    id, caption);
	for (;; columns += n + 1) {
		if ((number = *columns == '#'))
			columns++;
		n = strcspn(columns, "|");
		fprintf(out, "<th scope=\"col\"%s>%.*s",
		    number ? " class=\"n\"" : "", (int)n, columns);
		if (columns[n] == '\0')
			break;
	}
	fputs("</thead><tbody>\n", out);
}

static void
close_table(FILE *out, size_t rows)
{
	fputs("</tbody></table></div>", out);
	fputs(rows > LONG_TABLE ? "</details>\n" : "\n", out);
}

/* A row; its number links to the card of the problem, when it has one. */
static void
put_problem(FILE *out, const struct words *w, size_t i, bool has_card)
{
	static const char *const states[] = { "new", "open", "cured",
		"recurring" };
	const struct overview_problem *p = &w->o->problems[i];

	fputs("<tr><td class=\"n\">", out);
	if (has_card)
		fprintf(out, "<a href=\"#p%" PRId64 "\">", p->number);
	fprintf(out, "%" PRId64 "%s", p->number, has_card ? "</a>" : "");
	html_printf(out,
	    "<th scope=\"row\"><bdi>%s</bdi><td>%s<td>%s<td class=\"day\">%s"
	    "<td class=\"day\">%s<td class=\"n\">%u<td class=\"n\">%u<td "
	    "class=\"n\">%u<td class=\"n\">%u\n",
	    words_title(w, p), p->side, states[p->state], p->first_day,
	    p->last_day, (uint64_t)p->days, (uint64_t)p->organizations,
	    p->failed, p->failed_last_7_days);
}

static void
put_problems(FILE *out, const struct words *w)
{
	const struct problem_verdict *v = w->j->problem;
	bool *has_card = arena_alloc(w->mem, w->o->n_problems + 1);
	size_t cards[N_GROUPS] = { 0 }, i;

	if (w->o->n_problems == 0)
		return;
	open_table(out, "problems", w->o->n_problems, "Problems, worst first",
	    "#Number|Problem|Side|State|First day|Last day|#Days|#Reporters|"
	    "#Failed|#In 7 days");
	for (i = 0; i < w->o->n_problems && i < MOST_ROWS; i++) {
		has_card[i] = v[i].alike == i ? cards[v[i].group]++ < MOST_CARDS
					      : has_card[v[i].alike];
		put_problem(out, w, i, has_card[i]);
	}
	close_table(out, w->o->n_problems);
	html_left_out(out, w->o->n_problems + w->o->problems_left_out, i,
	    "problems.csv has them");
}

/* Of two senders, the one with more sessions first. */
static int
by_sessions(const void *a, const void *b)
{
	const struct overview_sender *x =
	    *(const struct overview_sender *const *)a;
	const struct overview_sender *y =
	    *(const struct overview_sender *const *)b;

	if (x->sessions != y->sessions)
		return x->sessions > y->sessions ? -1 : 1;
	return (x > y) - (x < y); /* by name */
}

static void
put_sender(FILE *out, const struct overview_sender *s)
{
	html_printf(out,
	    "<tr><th scope=\"row\"><bdi>%s</bdi><td><bdi>%s</bdi>"
	    "<td class=\"day\">%s<td class=\"day\">%s<td "
	    "class=\"n\">%u<td class=\"n\">%u<td class=\"n\">%u<td "
	    "class=\"n\">%u<td class=\"n\">%u<td class=\"n\">%u\n",
	    words_organization(s->organization), s->domain, s->first_day,
	    s->last_day, (uint64_t)s->days_reported, (uint64_t)s->longest_gap,
	    (uint64_t)s->silent_days, s->reports, s->sessions, s->failed);
}

static void
put_senders(FILE *out, const struct words *w)
{
	const struct overview *o = w->o;
	const struct overview_sender **sorted =
	    arena_alloc(w->mem, (o->n_senders + 1) * sizeof *sorted);
	size_t i;

	if (o->n_senders == 0)
		return;
	for (i = 0; i < o->n_senders; i++)
		sorted[i] = &o->senders[i];
	qsort(sorted, o->n_senders, sizeof(const struct overview_sender *),
	    by_sessions);
	open_table(out, "senders", o->n_senders,
	    "Reporters by domain, most sessions first",
	    "Organization|Domain|First day|Last day|#Days|#Longest gap|"
	    "#Silent days|#Reports|#Sessions|#Failed");
	for (i = 0; i < o->n_senders && i < MOST_ROWS; i++)
		put_sender(out, sorted[i]);
	close_table(out, o->n_senders);
	html_left_out(
	    out, o->n_senders + o->senders_left_out, i, "senders.csv has them");
}

static void
put_warnings(FILE *out, const struct words *w)
{
	const struct overview *o = w->o;
	enum code code;
	size_t i;

	if (o->n_warnings == 0)
		return;
	open_table(out, "warnings", 0,
	    "Reports that arrived with warnings; they are counted all the same",
	    "Warning|#Reports|Meaning|What follows");
	for (i = 0; i < o->n_warnings; i++) {
		code = code_find(o->warnings[i].code);
		html_printf(out,
		    "<tr><th scope=\"row\"><code>%s</code><td class=\"n\">%u"
		    "<td class=\"prose\">%s<td class=\"prose\">%s\n",
		    o->warnings[i].code, o->warnings[i].reports,
		    code != CODE_NONE ? code_entry(code)->meaning : "",
		    code != CODE_NONE ? code_entry(code)->advice : "");
	}
	close_table(out, 0);
}

void
html_tables(FILE *out, const struct words *w)
{
	fputs("<section id=\"tables\"><h2>Tables</h2>\n", out);
	put_problems(out, w);
	put_senders(out, w);
	put_warnings(out, w);
	fputs("</section>\n", out);
}
