#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "model/row.h"
#include "store/sql.h"
#include "tables/table_list.h"
#include "tables/table_select.h"
#include "tables/tables.h"

const char *
store_table_name(size_t i)
{
	const struct table *t = table_at(i);

	return t != NULL ? t->name : NULL;
}

int
store_read_table(struct store *st, const char *table,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	const struct table *t = table_find(table);
	struct arena a = { 0 };
	const struct value *v;
	size_t n;
	int rc;

	if (t == NULL)
		return fault(
		    f, FAULT_HOST, EX_USAGE, "%s: no such table", table);
	v = filter_values(&a, filter, &n);
	/* views of the same number of domains come one after the other */
	rc = (filter->alone ? sql_rows_again : sql_rows)(st,
	    table_sql(&a, t, filter), v, n, t->columns, t->n_columns, sink, f);
	arena_free(&a);
	return rc;
}

int
store_gather_lives(
    struct store *st, struct store_filter *filter, struct fault *f)
{
	struct arena a = { 0 };
	struct sqlite3_stmt *stmt = NULL;
	const struct value *v;
	size_t n;
	int rc;

	v = filter_values(&a, filter, &n);
	rc = sql_open(st,
	    arena_printf(&a, "CREATE TEMP TABLE gathered_lives AS %s",
		table_lives_sql(&a, filter)),
	    v, n, &stmt, f);
	if (rc == 0)
		rc = sql_next(st, stmt, f);
	sqlite3_finalize(stmt);
	arena_free(&a);
	filter->lives_gathered = rc == 0;
	return rc;
}

void
store_forget_lives(struct store *st, struct store_filter *filter)
{
	struct fault ignored = { 0 };

	if (filter->lives_gathered)
		sql_exec(st, "DROP TABLE temp.gathered_lives", &ignored);
	filter->lives_gathered = false;
}
