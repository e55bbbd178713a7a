#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "cmd/cmd.h"
#include "cmd/explain_point.h"
#include "cmd/explain_problem.h"
#include "cmd/problem_number.h"
#include "codes/codes.h"
#include "codes/result_types.h"
#include "output/terminal_text.h"
#include "published/points.h"

static const char *const class_words[] = {
	[CLASS_REJECT] = "reason to refuse a report",
	[CLASS_WARN] = "warning: the report is counted all the same",
	[CLASS_NOTE] = "note: said by `tlsrua show`, of no consequence",
	[CLASS_DEFER] = "tried again later",
};

static void
explain_code(const struct code_entry *e)
{
	printf("%s (%s)\n", e->name, class_words[e->class]);
	text_wrap(stdout, "  ", e->meaning);
	text_wrap(stdout, "  ", e->advice);
	fputs("  See ", stdout);
	text_put(stdout, e->section);
	puts(".");
}

static void
explain_result(const struct result_type *r)
{
	static const struct {
		const char *side, *words;
	} sides[] = { { "ours", "your side" }, { "theirs", "their side" },
		{ "unclear", "either side" } };
	const char *words = r->side;
	size_t i;

	for (i = 0; i < sizeof sides / sizeof *sides; i++)
		if (strcmp(sides[i].side, r->side) == 0)
			words = sides[i].words;
	printf("%s (result type; %s)\n", r->name, words);
	text_wrap(stdout, "  ", r->meaning);
	text_wrap(stdout, "  Causes: ", r->causes);
	text_wrap(stdout, "  Remedy: ", r->remedy);
	fputs("  See ", stdout);
	text_put(stdout, r->section);
	puts(".");
}

static void
list_class(enum code_class class, const char *title)
{
	enum code c;

	printf("\n%s\n", title);
	for (c = CODE_NONE + 1; c < CODE_COUNT; c++)
		if (code_entry(c)->class == class)
			printf("  %-24s %s\n", code_entry(c)->name,
			    code_entry(c)->meaning);
}

static void
list_all(void)
{
	const struct result_type *r;
	const struct policy_type *p;
	size_t i;

	printf("Policy types\n");
	for (i = 0; (p = policy_type_at(i)) != NULL; i++)
		printf("  %-24s %s\n", p->name, p->meaning);
	printf("\nResult types\n");
	for (i = 0; (r = result_type_at(i)) != NULL; i++)
		printf("  %-24s %s\n", r->name, r->meaning);
	printf("  %-24s %s\n", "(any other)",
	    "Not in the registry; kept and counted under its own name.");
	list_class(CLASS_REJECT, "Reasons to refuse a report");
	list_class(CLASS_WARN, "Warnings");
	list_class(CLASS_NOTE, "Notes");
	list_class(CLASS_DEFER, "To be tried again");
	explain_list_points();
}

/* A name may be that of a code and of a point: it means the same in both. */
static int
explain(const char *name)
{
	const struct policy_type *p = policy_type_find(span_of(name));
	const struct result_type *r = result_type_find(span_of(name));
	enum point_code point = point_find(name);
	enum code c = code_find(name);

	if (c != CODE_NONE)
		explain_code(code_entry(c));
	if (point != POINT_NONE)
		explain_point(point);
	if (c != CODE_NONE || point != POINT_NONE)
		return 0;
	if (r != NULL)
		explain_result(r);
	else if (p != NULL) {
		printf("%s (policy type)\n", p->name);
		text_wrap(stdout, "  ", p->meaning);
	} else {
		return cmd_usage("explain: %s: no code, point, result type or "
				 "policy type of that name is known; a type "
				 "that is not in the registry is kept under "
				 "its own name; see `tlsrua explain`",
		    name);
	}
	return 0;
}

static int
run(const struct options *o)
{
	int64_t number = 0;
	size_t i;
	int status = 0;

	if (o->n_args == 0)
		list_all();
	for (i = 0; i < o->n_args && status == 0; i++)
		if (problem_number(o->args[i], &number) == 0)
			status = explain_problem(o, number);
		else
			status = explain(o->args[i]);
	return status;
}

const struct command cmd_explain = {
	.name = "explain",
	.arguments = "[CODE|PROBLEM...]",
	.summary = "what a code or a problem means, and the remedy",
	.prints = true,
	.run = run,
};
