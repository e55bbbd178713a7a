#define _GNU_SOURCE /* environ */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/printable.h"
#include "model/overview.h"
#include "notify/due_changes.h"
#include "notify/notice.h"
#include "output/terminal_text.h"
#include "summary/changes.h"
#include "summary/paragraphs.h"
#include "summary/problem_verdict.h"
#include "summary/words.h"
#include "summary/words_of_findings.h"

enum {
	MOST_NAMES = 20,      /* of domains in a text or a variable */
	LONGEST_SUBJECT = 120 /* columns */
};

#define PREFIX "TLSRUA_"

static const char *const change_names[] = {
	[CHANGE_NEW] = "new",
	[CHANGE_WORSE] = "worse",
	[CHANGE_CURED] = "cured",
};

/* The variables of the command while they are put together. */
struct variables {
	struct arena *mem;
	char **item;
	size_t n, room;
};

static void
put(struct variables *v, char *variable)
{
	v->item = arena_grow(v->mem, v->item, v->n, &v->room, sizeof *v->item);
	v->item[v->n++] = variable;
}

/* TLSRUA_NAME; what a stranger named in it is made fit for people. */
static void
add(struct variables *v, const char *name, const char *value)
{
	char *clean = printable(value);

	put(v, arena_printf(v->mem, PREFIX "%s=%s", name, clean));
	free(clean);
}

static void
add_number(struct variables *v, const char *name, uint64_t n)
{
	put(v, arena_printf(v->mem, PREFIX "%s=%" PRIu64, name, n));
}

/* Those of this process, without any that only ours may set. */
static void
add_own(struct variables *v)
{
	char **e;

	for (e = environ; *e != NULL; e++)
		if (strncmp(*e, PREFIX, strlen(PREFIX)) != 0)
			put(v, *e);
}

/* The subject, made fit for a header. */
static const char *
subject_of(struct arena *mem, const char *text)
{
	char *clean = printable_in_ascii(text);
	const char *subject =
	    arena_strdup(mem, text_clip(mem, clean, LONGEST_SUBJECT, true));

	free(clean);
	return subject;
}

/* What all notices have. */
static void
begin(struct variables *v, struct arena *mem, const char *change,
    const char *host, const char *subject)
{
	*v = (struct variables){ .mem = mem };
	add_own(v);
	add(v, "CHANGE", change);
	add(v, "HOST", host);
	add(v, "SUBJECT", subject);
}

static void
end(struct variables *v, struct notice *out)
{
	put(v, NULL);
	out->env = v->item;
}

static void
add_problem(
    struct variables *v, const struct overview_problem *p, const char *verdict)
{
	static const char *const states[] = { [PROBLEM_NEW] = "new",
		[PROBLEM_OPEN] = "open",
		[PROBLEM_CURED] = "cured",
		[PROBLEM_RECURRING] = "recurring" };

	add_number(v, "PROBLEM", (uint64_t)p->number);
	add(v, "DOMAIN", p->domain);
	add(v, "MX", p->mx);
	add(v, "RESULT_TYPE", p->result_type);
	add(v, "SIDE", p->side);
	add(v, "VERDICT", verdict);
	add(v, "STATE", states[p->state]);
	add(v, "FIRST_DAY", p->first_day);
	add(v, "LAST_DAY", p->last_day);
	add(v, "ORGANIZATIONS", p->organization_names);
	add_number(v, "FAILED_SESSIONS", p->failed);
	add_number(v, "FAILED_LAST_7_DAYS", p->failed_last_7_days);
}

/* The domains of the problems at these places, MOST_NAMES of them. */
static const char *
domain_names(
    const struct words *w, const size_t *places, size_t n, const char *between)
{
	const char *names = "";
	size_t i;

	for (i = 0; i < n && i < MOST_NAMES; i++)
		names = arena_printf(w->mem, "%s%s%s", names,
		    i > 0 ? between : "", w->o->problems[places[i]].domain);
	return n > MOST_NAMES ? arena_printf(w->mem, "%s and %zu more", names,
				    n - MOST_NAMES)
			      : names;
}

/* Lines of at most 80 columns, one paragraph each, as a text. */
static const char *
wrapped(struct arena *mem, const char *const *paragraphs)
{
	char *made = NULL;
	const char *text;
	size_t len = 0;
	FILE *out = open_memstream(&made, &len);

	if (out == NULL)
		out_of_memory();
	for (; *paragraphs != NULL; paragraphs++)
		if ((*paragraphs)[0] != '\0')
			text_wrap(out, "", *paragraphs);
	if (fclose(out) == EOF)
		out_of_memory();
	text = arena_strndup(mem, made, len);
	free(made);
	return text;
}

static const char *
verdict_name(enum group group)
{
	return group == GROUP_FIX     ? "fix"
	       : group == GROUP_CURED ? "cured"
				      : "watch";
}

void
notice_of_cause(struct notice *out, const struct due_changes *due,
    const struct due_change *change, const size_t *places, size_t n,
    const char *host)
{
	const struct words *w = &due->words;
	struct words in_ascii = { w->o, w->j, w->mem, true };
	const struct overview_problem *p = &w->o->problems[places[0]];
	const char *name = change_names[change->change];
	const char *foot[] = { n == 1 ? ""
				      : arena_printf(w->mem,
					    "The same for mail to: %s.",
					    domain_names(w, places, n, ", ")),
		arena_printf(w->mem,
		    "tlsrua on %s; tlsrua explain %" PRId64
		    " says more, tlsrua mute %" PRId64
		    " --until DATE --note TEXT silences it.",
		    host, p->number, p->number),
		NULL };
	struct variables v;

	out->subject = subject_of(w->mem,
	    arena_printf(w->mem, "%s: %s", name, words_title(&in_ascii, p)));
	out->text = arena_printf(w->mem, "%s:\n%s\n%s", name,
	    paragraph_of_problem(w, p), wrapped(w->mem, foot));
	begin(&v, w->mem, name, host, out->subject);
	/* the same when the same is told again after the machine went down */
	add(&v, "ID",
	    arena_printf(w->mem, "%" PRId64 "-%s-%s-%" PRIu64, p->number, name,
		p->last_day, p->failed_last_7_days));
	add_problem(&v, p, verdict_name(w->j->problem[places[0]].group));
	add(&v, "DOMAINS", domain_names(w, places, n, " "));
	end(&v, out);
}

void
notice_of_rest(struct notice *out, const struct due_changes *due,
    const struct due_change *const *list, size_t n, const char *host)
{
	const struct words *w = &due->words;
	size_t count[N_CHANGES] = { 0 }, i;
	struct variables v;
	const char *text[3] = { NULL, NULL, NULL };

	for (i = 0; i < n; i++)
		count[list[i]->change]++;
	out->subject =
	    arena_printf(w->mem, "%s changed: %s new, %s worse, %s cured",
		words_count(w, n, "more problem"),
		words_number(w, count[CHANGE_NEW]),
		words_number(w, count[CHANGE_WORSE]),
		words_number(w, count[CHANGE_CURED]));
	text[0] = out->subject;
	text[1] = arena_printf(w->mem,
	    "tlsrua on %s: `tlsrua summary -v` and problems.csv list them.",
	    host);
	out->text = wrapped(w->mem, text);
	begin(&v, w->mem, "more", host, out->subject);
	add(&v, "ID",
	    arena_printf(
		w->mem, "%" PRId64 "-more-%zu", list[0]->after.problem, n));
	end(&v, out);
}

void
notice_of_test(struct notice *out, struct arena *mem, const char *host)
{
	static const struct overview_problem example = {
		.domain = "example.com",
		.mx = "mx1.example.com",
		.result_type = "certificate-expired",
		.side = "ours",
		.first_day = "2026-11-16",
		.last_day = "2026-11-23",
		.organization_names = "Example Inc.",
		.failed = 12,
		.failed_last_7_days = 12,
	};
	struct variables v;

	out->subject = "test: mx1.example.com: certificate expired";
	out->text = wrapped(
	    mem, (const char *[]){ out->subject,
		     arena_printf(mem,
			 "This is a test of [notify] command by `tlsrua notify "
			 "--test` on %s. Nothing is wrong with any domain.",
			 host),
		     NULL });
	begin(&v, mem, "test", host, out->subject);
	add(&v, "ID", "0-test");
	add_problem(&v, &example, "fix");
	add(&v, "DOMAINS", example.domain);
	end(&v, out);
}
