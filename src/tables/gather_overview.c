#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/span.h"
#include "base/utc.h"
#include "model/overview.h"
#include "store/sql.h"
#include "store/store.h"
#include "tables/gather_domains.h"
#include "tables/gather_overview.h"
#include "tables/gather_problems.h"
#include "tables/gather_senders.h"
#include "tables/gather_vouching.h"
#include "tables/gathering.h"
#include "tables/judged.h"
#include "tables/tables.h"

/* A bound of the range as a day; `otherwise` where there is none. */
static int64_t
bound(const char *date, int64_t otherwise)
{
	int64_t t;

	if (date == NULL || utc_parse_date(span_of(date), &t) == -1)
		return otherwise;
	return utc_day(t);
}

static const char *
date_of(struct arena *a, int64_t day)
{
	char text[UTC_TEXT];

	utc_format_date(day * UTC_DAY, text);
	return arena_strdup(a, text);
}

static void
list_days(struct gathering *g)
{
	struct overview *o = g->o;
	const char **days;
	size_t i;

	o->n_days = (size_t)(g->to - g->from + 1);
	days = arena_alloc(g->arena, o->n_days * sizeof *days);
	for (i = 0; i < o->n_days; i++)
		days[i] = date_of(g->arena, g->from + (int64_t)i);
	o->days = days;
	o->from = days[0];
	o->to = days[o->n_days - 1];
}

/* " example.com example.org ", to look a name up in; "" for all. */
static const char *
list_of(struct gathering *g)
{
	const struct overview_range *r = g->range;
	const char *list = r->n_domains > 0 ? " " : "";
	size_t i;

	for (i = 0; i < r->n_domains; i++)
		list = arena_printf(g->arena, "%s%s ", list, r->domains[i]);
	return list;
}

static const struct sql select_oldest_day = {
	"SELECT day FROM days ORDER BY day LIMIT 1"
};

static const struct sql select_newest_day = {
	"SELECT day FROM days ORDER BY day DESC LIMIT 1"
};

/* The range in days; `*empty` when there is none to speak of. */
static int
set_range(struct gathering *g, bool *empty, struct fault *f)
{
	const struct overview_range *r = g->range;
	int64_t oldest = 0, newest = -1;
	int there = sql_number(g->st, &select_oldest_day, NULL, 0, &oldest, f);

	if (there == -1 ||
	    sql_number(g->st, &select_newest_day, NULL, 0, &newest, f) == -1)
		return -1;
	g->to = bound(r->to, newest);
	g->from = bound(r->from, there == 1 ? oldest : g->to);
	*empty = g->to < g->from ||
		 (there == 0 && (r->from == NULL || r->to == NULL));
	if (*empty)
		return 0;
	if (g->to - g->from >= OVERVIEW_DAYS)
		g->from = g->to - OVERVIEW_DAYS + 1;
	list_days(g);
	g->filter = (struct store_filter){
		.from = g->o->from,
		.to = g->o->to,
		.domains = r->domains,
		.n_domains = r->n_domains,
		.alone = r->alone,
	};
	g->list = list_of(g);
	return 0;
}

static int
on_totals(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	(void)arg;
	g->o->quarantined = (uint64_t)sqlite3_column_int64(row, 0);
	g->o->conflicts = (uint64_t)sqlite3_column_int64(row, 1);
	return 0;
}

static int
on_poll(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	unsigned deviation;

	(void)arg;
	(void)utc_parse(
	    span_of(sql_column(row, 0)), &g->o->last_good_poll, &deviation);
	return 0;
}

/* The warnings, which are codes of this program's own. */
struct warnings {
	struct overview_warning *item;
	size_t n, room;
};

static int
on_warning(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	struct warnings *w = arg;

	if (w->n == LIMIT_WARNINGS)
		return -1;
	w->item =
	    arena_grow(g->arena, w->item, w->n, &w->room, sizeof *w->item);
	w->item[w->n++] = (struct overview_warning){
		.code = sql_copy_column(g->arena, row, 0),
		.reports = (uint64_t)sqlite3_column_int64(row, 1),
	};
	return 0;
}

static int
on_reports(struct gathering *g, void *arg, sqlite3_stmt *row)
{
	(void)arg;
	g->o->reports = (uint64_t)sqlite3_column_int64(row, 0);
	return 0;
}

static const struct sql select_warnings = {
	"SELECT code, CAST(total(reports) AS INTEGER) AS n"
	" FROM rollup_warnings WHERE day BETWEEN ?1 AND ?2"
	" GROUP BY code ORDER BY n DESC, code"
};

static const struct sql select_warnings_of = {
	"WITH RECURSIVE " ASKED ", word (code, rest, copies) AS ("
	" SELECT '', r.warnings || ' ', r.copies FROM judged AS r"
	" WHERE r.date BETWEEN ?1 AND ?2"
	" AND r.warnings <> '' AND " OF_ASKED
	" UNION ALL SELECT substr(rest, 1, instr(rest, ' ') - 1),"
	" substr(rest, instr(rest, ' ') + 1), copies FROM word"
	" WHERE rest <> '')"
	" SELECT code, sum(copies) AS n FROM word WHERE code <> ''"
	" GROUP BY code ORDER BY n DESC, code"
};

static const struct sql select_reports = {
	"SELECT CAST(total(reports) AS INTEGER) FROM days"
	" WHERE day BETWEEN ?1 AND ?2"
};

static const struct sql select_reports_of = {
	"WITH RECURSIVE " ASKED " SELECT sum(r.copies) FROM judged AS r"
	" WHERE r.date BETWEEN ?1 AND ?2 AND " OF_ASKED
};

/* What is not told domain by domain. */
static int
gather_rest(struct gathering *g, struct fault *f)
{
	struct overview *o = g->o;
	struct value v[] = { value_number(g->from), value_number(g->to),
		value_text(o->from), value_text(o->to), value_text(g->list) };
	bool all = g->range->n_domains == 0;
	struct warnings warnings = { 0 };

	if (gathering_each(g, all ? &select_warnings : &select_warnings_of,
		all ? v : v + 2, all ? 2 : 3, on_warning, &warnings, f) == -1)
		return -1;
	o->warnings = warnings.item;
	o->n_warnings = warnings.n;
	return gathering_each(g, all ? &select_reports : &select_reports_of,
	    all ? v : v + 2, all ? 2 : 3, on_reports, NULL, f);
}

static const struct sql select_waiting = {
	"SELECT quarantined, conflicts FROM totals WHERE id = 1"
};

static const struct sql select_last_good = {
	"SELECT max(last_good) FROM mailboxes"
};

static int
gather(struct gathering *g, struct fault *f)
{
	bool empty;

	if (gathering_each(g, &select_waiting, NULL, 0, on_totals, NULL, f) ==
		-1 ||
	    gathering_each(g, &select_last_good, NULL, 0, on_poll, NULL, f) ==
		-1 ||
	    set_range(g, &empty, f) == -1)
		return -1;
	if (empty)
		return 0;
	if (g->range->alone && judged_fill(g->st, &g->filter, g->list, f) == -1)
		return -1;
	if (gather_vouching(g, f) == -1 || gather_domains(g, f) == -1 ||
	    gather_senders(g, f) == -1 || gather_signers(g, f) == -1 ||
	    gather_days(g, f) == -1 || gather_problems(g, f) == -1 ||
	    gather_results(g, f) == -1 || gather_rest(g, f) == -1)
		return -1;
	return 0;
}

int
store_overview(struct store *st, const struct overview_range *r,
    struct arena *a, struct overview *o, struct fault *f)
{
	struct gathering g = { .st = st, .range = r, .arena = a, .o = o };
	int rc;

	*o = (struct overview){ .from = "", .to = "" };
	if (judged_show(st, r->alone, f) == -1 || store_begin_view(st, f) == -1)
		return -1;
	rc = gather(&g, f);
	store_end_view(st);
	return rc;
}
