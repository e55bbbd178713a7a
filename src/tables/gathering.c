#include <stdlib.h>
#include <string.h>

#include "model/row.h"
#include "store/sql.h"
#include "tables/gathering.h"

int
gathering_each(struct gathering *g, const struct sql *sql,
    const struct value *v, size_t n, each_fn *on_row, void *arg,
    struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(g->st, sql, v, n, &row, f);

	while (rc == 1) {
		if (on_row(g, arg, row) == -1)
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
	if (g->o->n_domains == 0)
		return NULL;
	return bsearch(name, g->domains, g->o->n_domains, sizeof *g->domains,
	    compare_domain);
}
