#include "base/arena.h"
#include "summary/known_remedies.h"
#include "codes/codes.h"

/* What the store names failures that a sender totals and does not detail. */
static const struct remedy not_detailed = {
	.result_type = "not-detailed",
	.side = "unclear",
	.words = "failures without details",
	.brief = "look whether other senders detail theirs; if it lasts, ask "
		 "this one",
	.look = "",
	.meaning = "The sender counts failed sessions and says nothing about "
		   "them.",
	.causes = "The sender details only some kinds of failure, or a fault "
		  "in its reports.",
	.remedy = "See what other senders report on the same days. If this one "
		  "alone counts failures and it lasts, write to the "
		  "contact-info of its reports (`tlsrua export -o - reports`).",
	.section = "RFC 8460 §4.4",
};

static size_t
count_types(void)
{
	size_t n = 0;

	while (result_type_at(n) != NULL)
		n++;
	return n;
}

static const struct warning_words *
known_warnings(struct arena *mem, size_t *n)
{
	struct warning_words *list =
	    arena_alloc(mem, CODE_COUNT * sizeof *list);
	const struct code_entry *e;
	enum code c;

	*n = 0;
	for (c = CODE_NONE + 1; c < CODE_COUNT; c++) {
		e = code_entry(c);
		list[(*n)++] =
		    (struct warning_words){ e->name, e->meaning, e->advice };
	}
	return list;
}

struct remedies
remedies_known(struct arena *mem)
{
	size_t n = count_types(), i;
	struct remedy *list = arena_alloc(mem, (n + 1) * sizeof *list);
	struct remedies known = { .item = list, .n = n + 1 };

	for (i = 0; i < n; i++) {
		const struct result_type *t = result_type_at(i);

		list[i] = (struct remedy){ .result_type = t->name,
			.side = t->side,
			.words = t->words,
			.brief = t->brief,
			.look = t->look,
			.meaning = t->meaning,
			.causes = t->causes,
			.remedy = t->remedy,
			.section = t->section };
	}
	list[n] = not_detailed;
	known.warning = known_warnings(mem, &known.n_warnings);
	return known;
}
