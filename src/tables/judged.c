#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/sql.h"
#include "tables/gathering.h"
#include "tables/judged.h"
#include "tables/own_entries.h"
#include "tables/tables.h"

static const char show_all[] =
    "CREATE TEMP VIEW IF NOT EXISTS judged AS SELECT id, date, organization,"
    " reporter_domain, domain, dkim, dkim_domain, warnings, 1 AS copies"
    " FROM main.reports WHERE status = 'counted'";

static const char show_own[] =
    "CREATE TEMP TABLE IF NOT EXISTS own_judged (id INTEGER NOT NULL,"
    " date TEXT NOT NULL, organization TEXT NOT NULL,"
    " reporter_domain TEXT NOT NULL, domain TEXT NOT NULL,"
    " dkim TEXT NOT NULL, dkim_domain TEXT NOT NULL, warnings TEXT NOT NULL,"
    " PRIMARY KEY (date, id)) WITHOUT ROWID;"
    "CREATE TEMP VIEW IF NOT EXISTS judged AS SELECT id, date, organization,"
    " reporter_domain, domain, dkim, dkim_domain, warnings, 1 AS copies"
    " FROM temp.own_judged";

static const char shows_own[] =
    "SELECT count(*) FROM sqlite_temp_schema WHERE type = 'view'"
    " AND name = 'judged' AND instr(sql, 'own_judged') > 0";

/*
 * It is made anew only where another one is wanted than before, for then every
 * statement is prepared anew.
 */
int
judged_show(struct store *st, bool alone, struct fault *f)
{
	int64_t is_own;

	if (sql_once(st, shows_own, &is_own, f) == -1 ||
	    (alone != (is_own != 0) &&
		sql_exec(st, "DROP VIEW IF EXISTS temp.judged", f) == -1))
		return -1;
	return sql_exec(st, alone ? show_own : show_all, f);
}

static const struct sql delete_own = { "DELETE FROM temp.own_judged" };

/* Several entries of one report may be about these domains. */
static const struct sql insert_own = {
	"WITH RECURSIVE " ASKED " INSERT OR IGNORE INTO temp.own_judged"
	" SELECT r.id, r.date, r.organization, r.reporter_domain, r.domain,"
	" r.dkim, r.dkim_domain, r.warnings FROM asked AS q CROSS JOIN"
	" temp.own_entries AS e CROSS JOIN main.reports AS r"
	" WHERE q.name <> '' AND e.domain = q.name"
	" AND e.date BETWEEN ?1 AND ?2 AND r.id = e.report"
	" AND r.status = 'counted'"
};

int
judged_fill(struct store *st, const struct store_filter *filter,
    const char *list, struct fault *f)
{
	enum {
		ALL_GENERATIONS = -1
	};
	struct value v[] = { value_text(filter->from), value_text(filter->to),
		value_text(list) };

	if (own_entries_read(st, filter, ALL_GENERATIONS, f) == -1 ||
	    sql_run(st, &delete_own, NULL, 0, f) == -1)
		return -1;
	return sql_run(st, &insert_own, v, 3, f);
}
