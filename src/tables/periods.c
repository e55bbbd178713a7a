#include <stdio.h>
#include <string.h>

#include "store/internal.h"
#include "tables/table_list.h"

bool
store_has_periods(const char *table)
{
	const struct table *t = table_find(table);

	return t != NULL && t->period != NULL;
}

/* The periods as a list; `arg` is it. */
struct listing {
	struct arena *arena;
	struct store_period *item;
	size_t n, room;
};

static int
on_period(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct listing *l = arg;
	struct store_period *more, *p;

	(void)n;
	(void)f;
	if (l->n == l->room) {
		l->room = l->room > 0 ? 2 * l->room : 512;
		more = arena_alloc(l->arena, l->room * sizeof *more);
		if (l->n > 0)
			memcpy(more, l->item, l->n * sizeof *more);
		l->item = more;
	}
	p = &l->item[l->n++];
	snprintf(p->first, sizeof p->first, "%s", cells[0].text);
	snprintf(p->week, sizeof p->week, "%s", cells[1].text);
	p->generation = cells[2].number;
	p->first_day = cells[3].number;
	p->last_day = cells[4].number;
	return 0;
}

int
store_periods(struct store *st, const char *table,
    const struct store_filter *filter, struct arena *a,
    struct store_period **list, size_t *n, struct fault *f)
{
	static const struct column columns[] = { { "date", COLUMN_DATE },
		{ "week", COLUMN_DATE }, { "generation", COLUMN_NUMBER },
		{ "first_day", COLUMN_NUMBER }, { "last_day", COLUMN_NUMBER } };
	struct listing l = { .arena = a };
	struct row_sink sink = { NULL, on_period, &l };
	const struct table *t = table_find(table);
	const char *what = arena_printf(a,
	    "%s AS period, %s, max(generation), min(day), max(day)", t->period,
	    t->week);
	int rc = read_calendar(st, t, what, " GROUP BY period ORDER BY period",
	    filter, columns, 5, &sink, f);

	*list = l.item;
	*n = l.n;
	return rc;
}
