#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "store/sql.h"
#include "store/store_private.h"
#include "tables/own_entries.h"
#include "tables/table_select.h"
#include "tables/tables.h"

static const struct sql create_entries = {
	"CREATE TEMP TABLE IF NOT EXISTS own_entries ("
	"domain TEXT NOT NULL, date TEXT NOT NULL, report INTEGER NOT NULL,"
	" PRIMARY KEY (domain, date, report)) WITHOUT ROWID"
};

/* The days in it, and the generation in which they were read. */
static const struct sql create_filled = {
	"CREATE TEMP TABLE IF NOT EXISTS own_filled ("
	"date TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID"
};

/* The days of own_filled that changed since they were read. */
#define STALE                                                                 \
	"SELECT w.date FROM temp.own_filled AS w LEFT JOIN"                   \
	" main.days AS cal ON cal.date = w.date WHERE cal.generation IS NULL" \
	" OR cal.generation <> w.generation"

static const struct sql select_stale = { "SELECT EXISTS (" STALE ")" };

static const struct sql delete_stale_entries = {
	"DELETE FROM temp.own_entries WHERE date IN (" STALE ")"
};

static const struct sql delete_stale_days = {
	"DELETE FROM temp.own_filled WHERE date IN (" STALE ")"
};

/* The days to add: ?2 to ?3, changed since ?1, and not there yet. */
#define WANTED                                               \
	"cal.generation > ?1 AND cal.date BETWEEN ?2 AND ?3" \
	" AND cal.date NOT IN (SELECT date FROM temp.own_filled)"

static const struct sql insert_entries = {
	"INSERT OR IGNORE INTO temp.own_entries (domain, date, report)"
	" SELECT p.domain, cal.date, p.report FROM main.days AS cal CROSS JOIN"
	" main.reports AS r CROSS JOIN main.policies AS p WHERE " WANTED
	" AND r.date = cal.date AND p.report = r.id AND p.skipped = 0"
	" ORDER BY 1, 2, 3"
};

/* Reports whose entries were pruned still have a list of domains. */
static const struct sql insert_pruned = {
	"INSERT OR IGNORE INTO temp.own_entries (domain, date, report)"
	" WITH RECURSIVE word (name, rest, date, report) AS ("
	" SELECT '', r.domain || ' ', cal.date, r.id FROM main.days AS cal"
	" CROSS JOIN main.reports AS r WHERE " WANTED " AND cal.pruned = 1"
	" AND r.date = cal.date AND NOT EXISTS (SELECT 1 FROM main.policies"
	" AS p WHERE p.report = r.id)"
	" UNION ALL SELECT substr(rest, 1, instr(rest, ' ') - 1),"
	" substr(rest, instr(rest, ' ') + 1), date, report FROM word"
	" WHERE rest <> '')"
	" SELECT name, date, report FROM word WHERE name <> ''"
};

static const struct sql insert_days = {
	"INSERT INTO temp.own_filled (date, generation)"
	" SELECT cal.date, cal.generation FROM main.days AS cal "
	"WHERE " WANTED
};

bool
own_entries_needed(const char *table)
{
	return strcmp(table, "failures") == 0 || strcmp(table, "reports") == 0;
}

/* Drop the days that another process changed since they were read. */
static int
drop_stale(struct store *st, struct fault *f)
{
	int64_t is_stale = 0;

	if (sql_number(st, &select_stale, NULL, 0, &is_stale, f) == -1)
		return -1;
	if (is_stale == 0)
		return 0;
	if (sql_run(st, &delete_stale_entries, NULL, 0, f) == -1)
		return -1;
	return sql_run(st, &delete_stale_days, NULL, 0, f);
}

int
own_entries_read(struct store *st, const struct store_filter *filter,
    int64_t generation, struct fault *f)
{
	struct value v[] = { value_number(generation), value_text(filter->from),
		value_text(filter->to) };

	if (sql_run(st, &create_entries, NULL, 0, f) == -1 ||
	    sql_run(st, &create_filled, NULL, 0, f) == -1 ||
	    drop_stale(st, f) == -1 ||
	    sql_run(st, &insert_entries, v, 3, f) == -1 ||
	    sql_run(st, &insert_pruned, v, 3, f) == -1)
		return -1;
	return sql_run(st, &insert_days, v, 3, f);
}

/* The newest day of the domains, and the first of the days up to it. */
static const char select_days[] =
    "WITH own AS MATERIALIZED (SELECT id FROM senders WHERE 1%s),"
    " newest AS MATERIALIZED (SELECT max((SELECT max(r.day) FROM"
    " rollup_senders AS r WHERE r.sender = w.id)) AS day FROM own AS w)"
    " SELECT date(min((SELECT min(r.day) FROM rollup_senders AS r"
    " WHERE r.sender = w.id AND r.day > (SELECT day FROM newest) - ?1))"
    " * 86400, 'unixepoch'), date((SELECT day FROM newest) * 86400,"
    " 'unixepoch') FROM own AS w";

static const char *
days_text(struct arena *a, const void *arg)
{
	const struct store_filter *filter = arg;
	size_t next = 2;

	return arena_printf(a, select_days,
	    table_any_of(
		a, "domain IN (", table_n_domains(filter), ")", &next));
}

int
own_days(struct store *st, const struct store_filter *filter, unsigned days,
    char from[static 16], char to[static 16], struct fault *f)
{
	enum {
		ALL = 1 << 30 /* more than there are */
	};
	size_t n_domains = table_n_domains(filter), i;
	struct arena a = { 0 };
	struct sql_again sql = { arena_printf(&a, "days %zu", n_domains),
		days_text, filter };
	struct value *v = arena_alloc(&a, (n_domains + 1) * sizeof *v);
	sqlite3_stmt *row;
	int rc;

	v[0] = value_number(days == 0 ? ALL : days);
	for (i = 0; i < n_domains; i++)
		v[1 + i] = table_domain(filter, i);
	rc = sql_ask_again(st, &sql, v, n_domains + 1, &row, f);
	if (rc == 1) {
		snprintf(from, 16, "%s", sql_column(row, 0));
		snprintf(to, 16, "%s", sql_column(row, 1));
		sqlite3_reset(row);
	}
	arena_free(&a);
	return rc == -1 ? -1 : 0;
}
