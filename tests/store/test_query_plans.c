#include "scenes/stores.h"

#include "tables/table_list.h"

/*
 * No statement may look at every row of a table that grows: a store holds
 * millions of reports and is polled every hour.
 */

/* The tables that grow with every mail, and what queries call them. */
static const char *const growing[] = { "messages", "reports", "report_bytes",
	"policies", "failures", "quarantine_bytes", "rollup_daily",
	"rollup_senders", "rollup_failures", "rollup_warnings", "m", "r", "c",
	"p", "f", "d" };

/* The plan of a query, a line each step. */
static char *
plan_of(const struct scene *s, const char *query)
{
	char *explain = xasprintf("EXPLAIN QUERY PLAN %s", query);
	char *out = xstrdup(""), *more;
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(s->st->db, explain, -1, &stmt, NULL) !=
	    SQLITE_OK)
		fail_msg("%s: %s", query, sqlite3_errmsg(s->st->db));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		more = xasprintf("%s%s\n", out, sql_column(stmt, 3));
		free(out);
		out = more;
	}
	sqlite3_finalize(stmt);
	free(explain);
	return out;
}

/* Whether `step` reads all of `table`. */
static bool
scans(const char *step, const char *table)
{
	const char scan[] = "SCAN ";
	size_t n;

	if (strncmp(step, scan, sizeof scan - 1) != 0)
		return false;
	step += sizeof scan - 1;
	n = strcspn(step, " ");
	return n == strlen(table) && strncmp(step, table, n) == 0;
}

static void
assert_no_scan(const struct scene *s, const char *query)
{
	char *plan = plan_of(s, query), *step, *rest = plan;
	size_t i;

	while ((step = strsep(&rest, "\n")) != NULL)
		for (i = 0; i < sizeof growing / sizeof *growing; i++)
			if (scans(step, growing[i]))
				fail_msg("%s\n%s", step, query);
	free(plan);
}

static void
no_statement_scans_what_grows(void **state)
{
	struct scene *s = *state;
	enum sql_id id;

	for (id = 0; id < SQL_COUNT; id++) {
		assert_non_null(sql_text(id));
		if (id == SQL_FIRST_DAY || id == SQL_LAST_DAY)
			continue; /* one step into an index, see below */
		if (id >= SQL_VERIFY_DAYS && id <= SQL_VERIFY_TOTALS)
			continue; /* looks at all there is */
		assert_no_scan(s, sql_text(id));
	}
}

/* Statements from one to another that run neither for a mail nor a poll. */
static const struct {
	enum sql_id first, last;
} seldom[] = {
	{ SQL_READ_MAILBOXES, SQL_READ_MAILBOXES }, /* status */
	{ SQL_READ_QUARANTINE, SQL_READ_QUARANTINE },
	/* one step into an index */
	{ SQL_FIRST_DAY, SQL_FIRST_DAY },
	{ SQL_LAST_DAY, SQL_LAST_DAY },
	{ SQL_OLDEST_DAY, SQL_NEWEST_DAY },
	/* summary and page */
	{ SQL_OVERVIEW_TOTALS, SQL_OVERVIEW_REPORTS_OF },
	{ SQL_READ_TOLD, SQL_CLEAR_TOLD },
	/* status --verify, quarantine accept, prune */
	{ SQL_VERIFY_DAYS, SQL_VERIFY_TOTALS },
	{ SQL_DATE_OF_REPORT, SQL_RECOUNT_WARNINGS },
	{ SQL_PRUNE_NEXT, SQL_PRUNE_LEFT },
};

static bool
runs_seldom(enum sql_id id)
{
	size_t i;

	for (i = 0; i < sizeof seldom / sizeof *seldom; i++)
		if (id >= seldom[i].first && id <= seldom[i].last)
			return true;
	return false;
}

/*
 * Whether a plan reads all of any table; not of "(subquery-2)", "CONSTANT" or
 * what the statement gathered itself.
 */
static bool
scans_any(const char *plan)
{
	const char *p;

	for (p = plan; (p = strstr(p, "SCAN ")) != NULL; p++) {
		const char *name = p + 5;
		char *own = xasprintf(
		    "MATERIALIZE %.*s\n", (int)strcspn(name, " \n"), name);
		bool gathered = strstr(plan, own) != NULL;

		free(own);
		if (!gathered && name[0] >= 'a' && name[0] <= 'z')
			return true;
	}
	return false;
}

/* Names of domains and senders, too, are many when a stranger wants it. */
static void
what_runs_for_each_mail_scans_nothing(void **state)
{
	struct scene *s = *state;
	enum sql_id id;

	for (id = 0; id < SQL_COUNT; id++) {
		char *plan = plan_of(s, sql_text(id));

		if (!runs_seldom(id) && scans_any(plan))
			fail_msg("%s\n%s", sql_text(id), plan);
		free(plan);
	}
}

static void
the_first_and_last_day_come_from_an_index(void **state)
{
	struct scene *s = *state;
	char *first = plan_of(s, sql_text(SQL_FIRST_DAY));
	char *last = plan_of(s, sql_text(SQL_LAST_DAY));

	/* min() and max() alone: SQLite says SEARCH and takes one row */
	assert_string_equal(
	    first, "SEARCH reports USING COVERING INDEX reports_date\n");
	assert_string_equal(last, first);
	free(first);
	free(last);
}

/* The index by which a statement finds its row. */
static void
finds_rows_by_the_index_made_for_it(void **state)
{
	static const struct {
		enum sql_id id;
		const char *index;
	} cases[] = {
		{ SQL_FIND_ALIKE, "reports_counted" },
		{ SQL_FIND_ALIKE, "reports_body" },
		{ SQL_FIND_COUNTED, "reports_counted" },
		{ SQL_FIND_CONFLICT, "reports_conflict" },
		{ SQL_FIND_OTHER_RANGE, "reports_counted" },
		{ SQL_FIND_MAIL, "messages_in_mailbox" },
		{ SQL_ADD_EXPIRED, "messages_by_age (mailbox=? AND "
				   "uidvalidity=? AND <expr><?" },
		{ SQL_SETTLE_MAIL, "messages_in_mailbox" },
		{ SQL_FIND_FILE, "messages_in_file" },
		{ SQL_FIND_EMPTY_REJECT, "quarantine_" },
		{ SQL_LOAD_POLICIES, "PRIMARY KEY" },
		{ SQL_LOAD_FAILURES, "PRIMARY KEY" },
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *plan = plan_of(s, sql_text(cases[i].id));

		if (strstr(plan, cases[i].index) == NULL)
			fail_msg("%s\n%s", sql_text(cases[i].id), plan);
		free(plan);
	}
}

static void
no_export_of_a_range_scans_what_grows(void **state)
{
	static const char *const names[] = { "a", "b" };
	static const struct store_filter filters[] = {
		{ .from = "2026-01-01" },
		{ .to = "2026-01-01" },
		{ .from = "2026-01-01", .to = "2026-12-31" },
		{ .from = "2026-01-01", .domains = names, .n_domains = 2 },
		{ .from = "2026-01-01",
		    .to = "2026-12-31",
		    .domains = names,
		    .n_domains = 1,
		    .organizations = names,
		    .n_organizations = 2 },
	};
	struct scene *s = *state;
	struct arena a = { 0 };
	const char *table;
	size_t i, j;

	for (i = 0; (table = store_table_name(i)) != NULL; i++)
		for (j = 0; j < sizeof filters / sizeof *filters; j++) {
			const char *query = read_sql(&a, table, &filters[j]);
			char *plan = plan_of(s, query);

			assert_no_scan(s, query);
			if (strstr(plan, " (date") == NULL &&
			    strstr(plan, " (monday") == NULL &&
			    strstr(plan, " (month") == NULL &&
			    strstr(plan, "AND day>? AND day<?") == NULL)
				fail_msg("%s\n%s", query, plan);
			free(plan);
		}
	arena_free(&a);
}

static void
taking_a_report_out_finds_all_of_it_by_indexes(void **state)
{
	static const char *const queries[] = {
		"SELECT 1 FROM policies WHERE report = 1",
		"SELECT 1 FROM failures WHERE report = 1 AND policy = 1",
		"SELECT 1 FROM quarantine WHERE report = 1",
		"SELECT 1 FROM report_bytes WHERE report = 1",
	};
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < sizeof queries / sizeof *queries; i++) {
		char *plan = plan_of(s, queries[i]);

		if (strncmp(plan, "SEARCH", 6) != 0)
			fail_msg("%s\n%s", queries[i], plan);
		free(plan);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_statement_scans_what_grows),
		TEST(what_runs_for_each_mail_scans_nothing),
		TEST(the_first_and_last_day_come_from_an_index),
		TEST(finds_rows_by_the_index_made_for_it),
		TEST(no_export_of_a_range_scans_what_grows),
		TEST(taking_a_report_out_finds_all_of_it_by_indexes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
