#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "model/overview.h"
#include "output/terminal_text.h"
#include "summary/judge.h"
#include "summary/paragraphs.h"
#include "summary/problem_verdict.h"
#include "summary/words.h"
#include "summary/words_of_findings.h"
#include "summary/words_of_vouching.h"

enum {
	LONGEST_NAME = 60, /* columns of what a stranger named */
	LONGEST_REASON = 70
};

static const char indent[] = "      ";

void
paragraphs_add(struct paragraphs *ps, struct arena *mem, const char *text)
{
	const char *s;

	ps->item =
	    arena_grow(mem, ps->item, ps->n, &ps->room, sizeof *ps->item);
	ps->item[ps->n] = (struct paragraph){ .text = text };
	for (s = text; *s != '\0'; s++)
		ps->item[ps->n].lines += *s == '\n';
	ps->n++;
}

/* Break a text into lines, and the command under it unless it is "". */
static const char *
broken(const struct words *w, const char *prefix, const char *text,
    const char *command)
{
	const char *copy;
	char *made = NULL;
	size_t len = 0;
	FILE *out;

	if ((out = open_memstream(&made, &len)) == NULL)
		out_of_memory();
	text_wrap(out, prefix, text);
	if (command[0] != '\0')
		text_wrap_command(out, indent, command);
	if (fclose(out) == EOF)
		out_of_memory();
	copy = arena_strndup(w->mem, made, len);
	free(made);
	return copy;
}

/* What the sender gave as its reason, where the type does not tell enough. */
static const char *
reason_of(const struct words *w, const struct overview_problem *p)
{
	if (p->reason[0] == '\0' || strcmp(p->side, "ours") == 0)
		return "";
	return arena_printf(w->mem, "; it says \"%s\"",
	    text_clip(w->mem, p->reason, LONGEST_REASON, w->ascii));
}

const char *
paragraph_of_problem(const struct words *w, const struct overview_problem *p)
{
	const char *number = arena_printf(
	    w->mem, "%4s  ", arena_printf(w->mem, "#%" PRId64, p->number));
	const char *title =
	    text_clip(w->mem, words_title(w, p), 2 * LONGEST_NAME, w->ascii);
	const char *facts = words_facts(w, p), *reason = reason_of(w, p);
	const char *brief = words_brief(w, p), *look = words_look(w, p);
	size_t place = (size_t)(p - w->o->problems);
	size_t alike = w->j->problem[place].alike;

	if (alike != place && p->state != PROBLEM_CURED)
		return broken(w, number,
		    arena_printf(w->mem,
			"%s, %s%s; the remedy is that of #%" PRId64, title,
			facts, reason, w->o->problems[alike].number),
		    "");
	if (brief[0] == '\0' || p->state == PROBLEM_CURED)
		return broken(w, number,
		    arena_printf(w->mem, "%s, %s%s", title, facts, reason), "");
	return broken(w, number,
	    arena_printf(w->mem, "%s, %s%s; %s%s", title, facts, reason, brief,
		look[0] != '\0' ? ", then look:" : ""),
	    look);
}

void
paragraphs_of_group(
    struct paragraphs *ps, const struct words *w, enum group group)
{
	size_t i;

	for (i = 0; i < w->o->n_problems; i++)
		if (w->j->problem[i].group == group)
			paragraphs_add(ps, w->mem,
			    paragraph_of_problem(w, &w->o->problems[i]));
}

/* One for each organization that no longer reports on something. */
static void
add_silent(struct paragraphs *ps, const struct words *w)
{
	const struct silent_sender *s = w->j->silent;
	size_t i;

	for (i = 0; i < w->j->n_silent_listed; i++)
		paragraphs_add(ps, w->mem,
		    broken(
			w, indent, words_silent(w, s[i].first, s[i].end), ""));
}

/* One for each organization whose reports two others sign. */
static void
add_signers(struct paragraphs *ps, const struct words *w)
{
	const struct overview_vouching *v = &w->o->vouching;
	size_t i;

	for (i = 0; i < v->n_signers; i++)
		if (judge_has_two_signers(&v->signers[i]))
			paragraphs_add(ps, w->mem,
			    broken(w, indent, words_signers(w, &v->signers[i]),
				""));
}

void
paragraphs_to_watch(struct paragraphs *ps, const struct words *w)
{
	const struct overview *o = w->o;
	const struct overview_domain *d;
	size_t i;

	paragraphs_of_group(ps, w, GROUP_WATCH);
	add_silent(ps, w);
	for (i = 0; i < o->n_domains; i++) {
		d = &o->domains[w->j->order[i]];
		if (d->policies_differ[0] != '\0')
			paragraphs_add(ps, w->mem,
			    broken(w, indent, words_differ(w, d), ""));
	}
	add_signers(ps, w);
	paragraphs_of_group(ps, w, GROUP_MUTED);
}

void
paragraphs_of_steps(struct paragraphs *ps, const struct words *w)
{
	enum step step;

	for (step = STEP_NONE + 1; step < N_STEPS; step++)
		if (w->j->n_step[step] > 0)
			paragraphs_add(ps, w->mem,
			    broken(w, indent, words_step(w, step), ""));
}
