#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "tables/policy_views.h"

enum {
	MOST_MODES = 4,
	MOST_NAMES = 20
};

void
policy_views_add(struct arena *mem, struct policy_views *v, const char *mode,
    const char *organization)
{
	if (v->n == 0 || strcmp(v->of[v->n - 1].mode, mode) != 0) {
		if (v->n == MOST_MODES)
			return;
		snprintf(v->of[v->n].mode, sizeof v->of->mode, "%s", mode);
		v->of[v->n++].names = "";
	}
	if (v->of[v->n - 1].count++ < MOST_NAMES)
		v->of[v->n - 1].names = arena_printf(mem, "%s%s%s",
		    v->of[v->n - 1].names,
		    v->of[v->n - 1].names[0] != '\0' ? ", " : "", organization);
}

/* The mode that most see; of two with as many the first. */
static size_t
common_mode(const struct policy_views *v)
{
	size_t best = 0, i;

	for (i = 1; i < v->n; i++)
		if (v->of[i].count > v->of[best].count)
			best = i;
	return best;
}

const char *
policy_views_differ(struct arena *mem, const struct policy_views *v)
{
	size_t common = common_mode(v), i;
	const char *text = "", *more;

	for (i = 0; i < v->n; i++) {
		if (i == common)
			continue;
		more = v->of[i].count > MOST_NAMES
			   ? arena_printf(mem, " and %zu more",
				 v->of[i].count - MOST_NAMES)
			   : "";
		text = arena_printf(mem, "%s%s%s: %s%s", text,
		    text[0] != '\0' ? "; " : "",
		    v->of[i].mode[0] != '\0' ? v->of[i].mode : "no policy",
		    v->of[i].names, more);
	}
	return text;
}
