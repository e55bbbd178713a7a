#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "summary/paragraphs.h"
#include "output/terminal_text.h"
#include "summary/words.h"
#include "summary/words_of_findings.h"

enum {
	LONGEST_NAME = 60, /* columns of what a stranger named */
	LONGEST_REASON = 70
};

static const char indent[] = "      ";

void
items_add(struct items *items, struct arena *mem, const char *text)
{
	const char *s;

	items->item = arena_grow(
	    mem, items->item, items->n, &items->cap, sizeof *items->item);
	items->item[items->n] = (struct item){ .text = text };
	for (s = text; *s != '\0'; s++)
		items->item[items->n].lines += *s == '\n';
	items->n++;
}

/* A paragraph, and the command that goes with it when there is one. */
static const char *
paragraph(const struct words *w, const char *prefix, const char *text,
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
item_problem(const struct words *w, const struct overview_problem *p)
{
	const char *number = arena_printf(w->mem, "%4" PRId64 "  ", p->number);
	const char *title =
	    text_clip(w->mem, words_title(w, p), 2 * LONGEST_NAME, w->ascii);
	const char *facts = words_facts(w, p), *reason = reason_of(w, p);
	const char *brief = words_brief(w, p), *look = words_look(w, p);

	if (brief[0] == '\0' || p->state == PROBLEM_CURED)
		return paragraph(w, number,
		    arena_printf(w->mem, "%s, %s%s", title, facts, reason), "");
	return paragraph(w, number,
	    arena_printf(w->mem, "%s, %s%s; %s%s", title, facts, reason, brief,
		look[0] != '\0' ? ", then look:" : ""),
	    look);
}

static void
add_problems(struct items *items, const struct words *w, enum group group)
{
	size_t i;

	for (i = 0; i < w->o->n_problems; i++)
		if (w->j->problem[i] == group)
			items_add(
			    items, w->mem, item_problem(w, &w->o->problems[i]));
}

void
items_fix(struct items *items, const struct words *w)
{
	add_problems(items, w, GROUP_FIX);
}

void
items_watch(struct items *items, const struct words *w)
{
	const struct overview *o = w->o;
	size_t i;

	add_problems(items, w, GROUP_WATCH);
	for (i = 0; i < o->n_senders; i++)
		if (o->senders[i].silent)
			items_add(items, w->mem,
			    paragraph(w, indent,
				words_silent(w, &o->senders[i]), ""));
	for (i = 0; i < o->n_domains; i++)
		if (o->domains[i].policies_differ[0] != '\0')
			items_add(items, w->mem,
			    paragraph(w, indent,
				words_differ(w, &o->domains[i]), ""));
	add_problems(items, w, GROUP_MUTED);
}

void
items_cured(struct items *items, const struct words *w)
{
	add_problems(items, w, GROUP_CURED);
}

void
items_steps(struct items *items, const struct words *w)
{
	const struct overview *o = w->o;
	size_t i, at;

	for (i = 0; i < o->n_domains; i++) {
		at = w->j->order[i];
		if (w->j->step[at] != STEP_NONE)
			items_add(items, w->mem,
			    paragraph(w, indent,
				words_step(w, &o->domains[at], w->j->step[at]),
				""));
	}
}
