#include <stdint.h>
#include <stdio.h>

#include "ledger/view_progress.h"
#include "store/sql.h"
#include "store/views_mark.h"

static const struct sql select_progress = {
	"SELECT generation, options FROM exports"
	" WHERE dir = '" VIEWS_ROW "' AND name = ''"
};

int
view_progress_read(struct store *st, struct view_progress *p, struct fault *f)
{
	sqlite3_stmt *row;
	int rc = sql_ask(st, &select_progress, NULL, 0, &row, f);

	*p = (struct view_progress){ 0 };
	if (rc != 1)
		return rc;
	p->report = sqlite3_column_int64(row, 0);
	snprintf(p->changes, sizeof p->changes, "%s", sql_column(row, 1));
	p->is_known = p->changes[0] == '\0';
	sqlite3_reset(row);
	return 0;
}

static const struct sql set_progress = {
	"INSERT INTO exports (dir, name, generation, options, file, parts)"
	" VALUES ('" VIEWS_ROW "', '', ?1, '', '', '') ON CONFLICT DO UPDATE"
	" SET generation = ?1, options = iif(options = ?2, '', options)"
};

int
view_progress_note(struct store *st, const struct view_progress *p,
    int64_t report, struct fault *f)
{
	struct value v[] = { value_number(report), value_text(p->changes) };

	return sql_run(st, &set_progress, v, 2, f);
}

static const struct sql select_mailed = {
	"SELECT figure FROM told WHERE kind = 'mailed' AND key = ?1"
};

int
view_mailed_read(
    struct store *st, const char *view, int64_t *monday, struct fault *f)
{
	struct value v = value_text(view);

	*monday = 0;
	return sql_number(st, &select_mailed, &v, 1, monday, f) == -1 ? -1 : 0;
}

static const struct sql replace_mailed = {
	"INSERT OR REPLACE INTO told (kind, key, figure)"
	" VALUES ('mailed', ?1, ?2)"
};

int
view_mailed_note(
    struct store *st, const char *view, int64_t monday, struct fault *f)
{
	struct value v[] = { value_text(view), value_number(monday) };

	return sql_run(st, &replace_mailed, v, 2, f);
}
