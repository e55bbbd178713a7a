#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "model/announced.h"
#include "model/overview.h"
#include "output/json_line.h"
#include "output/terminal_text.h"
#include "summary/changes.h"
#include "summary/judge.h"
#include "summary/paragraphs.h"
#include "summary/problem_verdict.h"
#include "summary/summary_json.h"
#include "summary/words.h"
#include "summary/words_of_findings.h"

/* A problem is worse with so many times the failures, and so many more. */
enum {
	TIMES_WORSE = 2,
	LEAST_WORSE = 10
};

/* One comparison: the overview, what was told before, and the result. */
struct comparison {
	const struct words *w;
	const struct announced *before;
	size_t n_before;
	struct changes *out;
};

static const struct announced *
find(const struct comparison *c, const char *kind, const char *key)
{
	size_t i;

	for (i = 0; i < c->n_before; i++)
		if (strcmp(c->before[i].kind, kind) == 0 &&
		    strcmp(c->before[i].key, key) == 0)
			return &c->before[i];
	return NULL;
}

static void
add(const struct comparison *c, enum change change, enum change_subject subject,
    size_t at)
{
	c->out->item[c->out->n++] = (struct change_item){ change, subject, at };
}

static void
remember(const struct comparison *c, const char *kind, const char *key,
    uint64_t figure)
{
	c->out->announced[c->out->n_announced++] =
	    (struct announced){ kind, key, figure };
}

static bool
is_worse(uint64_t now, uint64_t before)
{
	return now >= before && now / TIMES_WORSE >= before &&
	       now - before >= LEAST_WORSE;
}

enum change
change_of_problem(
    bool is_cured, const uint64_t *before, uint64_t now, uint64_t *figure)
{
	*figure = now;
	if (is_cured)
		return before != NULL ? CHANGE_CURED : N_CHANGES;
	if (before == NULL)
		return CHANGE_NEW;
	if (is_worse(now, *before))
		return CHANGE_WORSE;
	if (*before < now)
		*figure = *before; /* so that slow growth is told, too */
	return N_CHANGES;
}

/* A muted problem is not told, and forgotten, so that it is new afterwards. */
static void
compare_problem(const struct comparison *c, size_t i)
{
	const struct overview_problem *p = &c->w->o->problems[i];
	const char *key = arena_printf(c->w->mem, "%" PRId64, p->number);
	const struct announced *before = find(c, "problem", key);
	enum group group = c->w->j->problem[i].group;
	enum change change;
	uint64_t figure;

	if (group == GROUP_MUTED)
		return;
	change = change_of_problem(group == GROUP_CURED,
	    before != NULL ? &before->figure : NULL, p->failed_last_7_days,
	    &figure);
	if (change != N_CHANGES)
		add(c, change, SUBJECT_PROBLEM, i);
	if (group != GROUP_CURED)
		remember(c, "problem", key, figure);
}

static void
compare_sender(const struct comparison *c, size_t i)
{
	const struct overview_sender *s = &c->w->o->senders[i];
	const char *key = arena_printf(c->w->mem, "%s\t%s\t%s", s->organization,
	    s->reporter_domain, s->domain);
	bool before = find(c, "silent", key) != NULL;

	if (s->silent && !before)
		add(c, CHANGE_NEW, SUBJECT_SENDER, i);
	else if (!s->silent && before)
		add(c, CHANGE_CURED, SUBJECT_SENDER, i);
	if (s->silent)
		remember(c, "silent", key, s->silent_days);
}

static void
compare_domain(const struct comparison *c, size_t i)
{
	const char *name = c->w->o->domains[i].name;

	if (c->w->j->step[i] != STEP_ENFORCE)
		return;
	if (find(c, "ready", name) == NULL)
		add(c, CHANGE_NEW, SUBJECT_DOMAIN, i);
	remember(c, "ready", name, 0);
}

void
changes_find(const struct words *w, const struct announced *before, size_t n,
    struct changes *out)
{
	const struct overview *o = w->o;
	struct comparison c = { w, before, n, out };
	size_t all = o->n_problems + o->n_senders + o->n_domains + 1, i;

	*out = (struct changes){
		.item = arena_alloc(w->mem, all * sizeof *out->item),
		.announced = arena_alloc(w->mem, all * sizeof *out->announced),
	};
	for (i = 0; i < o->n_problems; i++)
		compare_problem(&c, i);
	for (i = 0; i < o->n_senders; i++)
		compare_sender(&c, i);
	for (i = 0; i < o->n_domains; i++)
		compare_domain(&c, i);
}

static void
print_item(FILE *out, const struct words *w, const struct change_item *item)
{
	const struct overview_sender *s;
	const char *text;

	switch (item->subject) {
	case SUBJECT_PROBLEM:
		fputs(paragraph_of_problem(w, &w->o->problems[item->at]), out);
		return;
	case SUBJECT_SENDER:
		s = &w->o->senders[item->at];
		text =
		    s->silent
			? words_silent(w, item->at, item->at + 1)
			: arena_printf(w->mem, "%s reports on %s again",
			      words_organization(s->organization), s->domain);
		break;
	default:
		text = words_ready(w, &w->o->domains[item->at]);
	}
	text_wrap(out, "      ", text);
}

/* Whose mail this is, of which days, and the totals. */
static void
print_head(FILE *out, const struct words *w, const char *host)
{
	const char *name = host[0] != '\0' ? host : "this machine";

	text_wrap(out, "",
	    arena_printf(
		w->mem, "tlsrua on %s: TLS reports, %s", name, words_range(w)));
	text_wrap(out, "", words_figures(w));
	text_wrap(out, "",
	    arena_printf(w->mem, "%s %s", words_answer(w), words_tasks(w)));
}

void
changes_print(FILE *out, const struct words *w, const struct changes *c,
    const char *host, bool colour)
{
	static const struct {
		const char *title, *colour;
	} kinds[N_CHANGES] = { { "New", "1;31" }, { "Worse", "1;31" },
		{ "Cured", "1;32" } };
	bool begun;
	size_t kind, i;

	if (c->n > 0)
		print_head(out, w, host);
	for (kind = 0; kind < N_CHANGES; kind++) {
		begun = false;
		for (i = 0; i < c->n; i++) {
			if (c->item[i].change != kind)
				continue;
			if (!begun && colour)
				fprintf(out, "\n\033[%sm%s\033[0m\n",
				    kinds[kind].colour, kinds[kind].title);
			else if (!begun)
				fprintf(out, "\n%s\n", kinds[kind].title);
			begun = true;
			print_item(out, w, &c->item[i]);
		}
	}
}

static struct json_object *
json_item(const struct words *w, const struct change_item *item)
{
	struct json_object *o = json_new_object();

	switch (item->subject) {
	case SUBJECT_PROBLEM:
		json_add(o, "problem", json_problem(w, item->at));
		break;
	case SUBJECT_SENDER:
		json_add(o, "sender", json_sender(w, item->at));
		break;
	case SUBJECT_DOMAIN:
		json_add(o, "domain", json_domain(w, item->at, NULL));
	}
	return o;
}

void
changes_print_json(FILE *out, const struct words *w, const struct changes *c)
{
	static const char *const names[N_CHANGES] = { "new", "worse", "cured" };
	struct json_object *json = json_new_object(), *list;
	size_t kind, i;

	for (kind = 0; kind < N_CHANGES; kind++) {
		json_add(json, names[kind], list = json_new_array());
		for (i = 0; i < c->n; i++)
			if (c->item[i].change == kind)
				json_append(list, json_item(w, &c->item[i]));
	}
	json_line_print(out, json);
}
