#include <stdio.h>

#include "base/arena.h"
#include "model/row.h"
#include "store/sql.h"
#include "tables/periods.h"
#include "tables/table_list.h"
#include "tables/table_select.h"
#include "tables/tables.h"

bool
store_has_periods(const char *table)
{
	const struct table *t = table_find(table);

	return t != NULL && t->period != NULL;
}

/* The periods as a list that grows in the arena. */
struct listing {
	struct arena *arena;
	struct store_period *item;
	size_t n, room;
};

static int
on_period(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct listing *l = arg;
	struct store_period *p;

	(void)n;
	(void)f;
	l->item = arena_grow(l->arena, l->item, l->n, &l->room, sizeof *p);
	p = &l->item[l->n++];
	snprintf(p->first, sizeof p->first, "%s", cells[0].text);
	p->generation = cells[1].number;
	return 0;
}

/* A table, and the days whose periods are wanted. */
struct wish {
	const struct table *table;
	const struct store_filter *days;
};

static const char *
text_of(struct arena *a, const void *arg)
{
	const struct wish *w = arg;

	return arena_printf(a, "%s GROUP BY period ORDER BY period",
	    table_days_sql(a, w->table, w->days,
		arena_printf(
		    a, "%s AS period, max(generation)", w->table->period)));
}

int
store_periods(struct store *st, const char *table,
    const struct store_filter *filter, struct arena *a,
    struct store_period **list, size_t *n, struct fault *f)
{
	static const struct column columns[] = { { "date", COLUMN_DATE },
		{ "generation", COLUMN_NUMBER } };
	struct listing l = { .arena = a };
	struct row_sink sink = { NULL, on_period, &l };
	struct store_filter days = { .from = filter->from, .to = filter->to };
	struct wish wish = { table_find(table), &days };
	struct sql_again sql = { arena_printf(a, "periods %s%s%s",
				     wish.table->period,
				     days.from != NULL ? " from" : "",
				     days.to != NULL ? " to" : ""),
		text_of, &wish };
	size_t n_values;
	const struct value *v = filter_values(a, &days, &n_values);
	int rc = sql_rows_again(st, &sql, v, n_values, columns, 2, &sink, f);

	*list = l.item;
	*n = l.n;
	return rc;
}
