#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/sql.h"
#include "tables/gathering.h"

const char *
gathering_text(struct gathering *g, const struct cell *c)
{
	return c->null ? "" : arena_strndup(g->arena, c->text, c->len);
}

int
gathering_each(struct gathering *g, const struct sql *sql,
    const struct value *v, size_t n, each_fn *on_row, struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(g->st, sql, v, n, &row, f);

	while (rc == 1) {
		if (on_row(g, row) == -1)
			break;
		rc = sql_next(g->st, row, f);
	}
	if (rc == 1)
		sqlite3_reset(row);
	return rc == -1 ? -1 : 0;
}

static int
compare_domain(const void *key, const void *item)
{
	return strcmp(key, ((const struct overview_domain *)item)->name);
}

struct overview_domain *
gathering_domain(struct gathering *g, const char *name)
{
	if (g->n_domains == 0)
		return NULL;
	return bsearch(
	    name, g->domains, g->n_domains, sizeof *g->domains, compare_domain);
}
