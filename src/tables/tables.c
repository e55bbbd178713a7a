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

/* A table, and which rows of it. */
struct selection {
	const struct table *table;
	const struct store_filter *filter;
};

static const char *
text_of(struct arena *a, const void *arg)
{
	const struct selection *s = arg;

	return table_sql(a, s->table, s->filter);
}

int
store_read_table(struct store *st, const char *table,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	const struct table *t = table_find(table);
	struct selection s = { t, filter };
	struct sql_again sql = { .text = text_of, .arg = &s };
	struct arena a = { 0 };
	const struct value *v;
	size_t n;
	int rc;

	if (t == NULL)
		return fault(
		    f, FAULT_HOST, EX_USAGE, "%s: no such table", table);
	v = filter_values(&a, filter, &n);
	/* the next view uses the same statement: keep it */
	if (filter->alone) {
		sql.key = arena_printf(&a, "%s %zu %zu %d", table,
		    table_n_domains(filter), filter->n_organizations,
		    filter->lives_gathered);
		rc = sql_rows_again(
		    st, &sql, v, n, t->columns, t->n_columns, sink, f);
	} else {
		rc = sql_rows(st, table_sql(&a, t, filter), v, n, t->columns,
		    t->n_columns, sink, f);
	}
	arena_free(&a);
	return rc;
}

/* Gather the lives of all senders; the table is dropped afterwards. */
static int
gather_all(struct store *st, const struct store_filter *filter,
    const struct value *v, size_t n, struct arena *a, struct fault *f)
{
	struct sqlite3_stmt *stmt = NULL;
	int rc = sql_open(st,
	    arena_printf(a, "CREATE TEMP TABLE gathered_lives AS %s",
		table_lives_sql(a, filter)),
	    v, n, &stmt, f);

	if (rc == 0)
		rc = sql_next(st, stmt, f);
	sqlite3_finalize(stmt);
	return rc;
}

static const struct sql create_own_lives = {
	"CREATE TEMP TABLE IF NOT EXISTS own_lives (sender, organization,"
	" reporter_domain, domain, first_day, last_day, days, known_last,"
	" longest_gap, silent_days, bad_day, silent, reports,"
	" counted_sessions, counted_failed, verified_reports,"
	" verified_sessions, verified_failed)"
};

static const struct sql delete_own_lives = { "DELETE FROM temp.own_lives" };

static const char *
own_lives_text(struct arena *a, const void *arg)
{
	return arena_printf(
	    a, "INSERT INTO temp.own_lives %s", table_lives_sql(a, arg));
}

/*
 * Gather them for a view.  The table stays for the next view, since with a new
 * table SQLite would prepare every statement anew.
 */
static int
gather_own(struct store *st, const struct store_filter *filter,
    const struct value *v, size_t n, struct arena *a, struct fault *f)
{
	struct sql_again sql = { arena_printf(a, "lives %zu %zu",
				     table_n_domains(filter),
				     filter->n_organizations),
		own_lives_text, filter };
	sqlite3_stmt *row;

	if (sql_run(st, &create_own_lives, NULL, 0, f) == -1 ||
	    sql_run(st, &delete_own_lives, NULL, 0, f) == -1)
		return -1;
	return sql_ask_again(st, &sql, v, n, &row, f);
}

int
store_gather_lives(
    struct store *st, struct store_filter *filter, struct fault *f)
{
	struct arena a = { 0 };
	const struct value *v;
	size_t n;
	int rc;

	v = filter_values(&a, filter, &n);
	rc = (filter->alone ? gather_own : gather_all)(st, filter, v, n, &a, f);
	arena_free(&a);
	filter->lives_gathered = rc == 0;
	return rc;
}

void
store_forget_lives(struct store *st, struct store_filter *filter)
{
	struct fault ignored = { 0 };

	if (filter->lives_gathered && !filter->alone)
		sql_exec(st, "DROP TABLE temp.gathered_lives", &ignored);
	filter->lives_gathered = false;
}
