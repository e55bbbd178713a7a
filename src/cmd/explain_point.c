#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cmd/explain_point.h"
#include "output/terminal_text.h"
#include "published/points.h"

/* A sentence of the table with words in place of what a check would find. */
static const char *
worded(const char *template, struct arena *arena)
{
	const char *out = "", *word;
	size_t n;

	if (strcmp(template, "{x}") == 0)
		return "what was found, which is right";
	while (*template != '\0') {
		n = strcspn(template, "{");
		out = arena_printf(arena, "%s%.*s", out, (int)n, template);
		template += n;
		if (*template == '\0')
			break;
		word = template[1] == 'd'   ? "DOMAIN"
		       : template[1] == 'h' ? "HOST"
					    : "...";
		out = arena_printf(arena, "%s%s", out, word);
		template += strlen("{x}");
	}
	return out;
}

static const char *
state_words(const struct point_entry *e, struct arena *arena)
{
	static const char by_policy[] =
	    "failed under a policy of mode enforce, a warning under testing, "
	    "a note without MTA-STS";

	if (e->state == POINT_BY_POLICY)
		return by_policy;
	if (e->lighter == NULL)
		return point_state_name(e->state);
	return arena_printf(
	    arena, "%s, a warning %s", point_state_name(e->state), e->lighter);
}

void
explain_point(enum point_code code)
{
	const struct point_entry *e = point_entry(code);
	struct arena arena = { 0 };

	printf("%s (`check`, %s: %s)\n", e->name, point_group_label(e->group),
	    state_words(e, &arena));
	text_wrap(stdout, "  ", worded(e->sentence, &arena));
	if (e->remedy[0] != '\0')
		text_wrap(stdout, "  To do: ", worded(e->remedy, &arena));
	arena_free(&arena);
}

void
explain_list_points(void)
{
	struct arena arena = { 0 };
	enum point_code c;

	printf("\nPoints of `check DOMAIN`\n");
	for (c = POINT_NONE + 1; c < POINT_COUNT; c++) {
		printf("  %-24s ", point_entry(c)->name);
		text_put(stdout, worded(point_entry(c)->sentence, &arena));
		putchar('\n');
	}
	arena_free(&arena);
}
