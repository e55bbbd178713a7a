#include "scenes/stores.h"

#include <errno.h>

#include "store/schema.h"
#include "store/status.h"
#include "tables/tables.h"

/* Stores that an older release made, or that were restored from a dump. */

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = xcalloc(1, 1024 * 1024);
	size_t n;

	if (f == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	n = fread(text, 1, 1024 * 1024 - 1, f);
	assert_true(n > 0 && n < 1024 * 1024 - 1);
	fclose(f);
	return text;
}

static void
run_text(const struct scene *s, const char *text)
{
	char *error = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	sqlite3_close(db);
}

/* The stores that the releases before made, by schema version. */
static const char *const old_store[] = {
	"tests/fixtures/stores/version1.sql",
	"tests/fixtures/stores/version2.sql",
	"tests/fixtures/stores/version3.sql",
};

enum {
	OLD_STORES = sizeof old_store / sizeof *old_store
};

static void
restore(const struct scene *s, size_t i, bool with_header)
{
	char *text = read_file(old_store[i]);

	if (!with_header)
		strstr(text, "PRAGMA application_id")[0] = '\0';
	run_text(s, text);
	free(text);
}

/* Tables with their columns, indexes, and the texts of views. */
static char *
shape_of(const struct scene *s)
{
	return rows_of(s,
	    "SELECT m.type, m.name, iif(m.type = 'view', m.sql, c.name),"
	    " c.type, c.\"notnull\", c.dflt_value, c.pk FROM sqlite_schema AS m"
	    " LEFT JOIN pragma_table_info(m.name) AS c ON m.type = 'table'"
	    " WHERE m.name NOT LIKE 'sqlite_%' ORDER BY 1, 2, 3");
}

/* Make room for the next store. */
static void
remove_store(struct scene *s)
{
	store_close(s->st);
	s->st = NULL;
	assert_int_equal(unlink(s->path), 0);
}

static void
an_old_store_gets_the_shape_of_a_new_one(void **state)
{
	struct scene *s = *state;
	char *old[OLD_STORES], *fresh;
	size_t i;

	for (i = 0; i < OLD_STORES; i++) {
		restore(s, i, true);
		assert_not_opened(s, s->path, STORE_READ, EX_SOFTWARE,
		    "from an older release");
		open_store(s, STORE_WRITE);
		assert_number(s, "PRAGMA user_version", SCHEMA_VERSION);
		old[i] = shape_of(s);
		remove_store(s);
	}
	open_store(s, STORE_WRITE);
	fresh = shape_of(s);
	for (i = 0; i < OLD_STORES; i++) {
		assert_string_equal(old[i], fresh);
		free(old[i]);
	}
	free(fresh);
}

static void
keeps_its_figures(struct scene *s)
{
	static const char daily[] = "SELECT * FROM csv_daily ORDER BY date,"
				    " domain, organization, policy_type";
	static const char problems[] = "SELECT problem, state, first_day,"
				       " failed_sessions FROM csv_problems";
	char *before_daily, *before_problems;

	s->st = xcalloc(1, sizeof *s->st);
	assert_int_equal(sqlite3_open(s->path, &s->st->db), SQLITE_OK);
	before_daily = rows_of(s, daily);
	before_problems = rows_of(s, problems);
	sqlite3_close(s->st->db);
	free(s->st);
	open_store(s, STORE_WRITE);
	assert_rows(s, daily, before_daily);
	assert_rows(s, problems, before_problems);
	assert_true(strlen(before_problems) > 100);
	assert_rollups_are_true(s);
	store_one(s);
	assert_rollups_are_true(s);
	free(before_daily);
	free(before_problems);
}

static void
an_old_store_keeps_its_figures(void **state)
{
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < OLD_STORES; i++) {
		restore(s, i, true);
		keeps_its_figures(s);
		remove_store(s);
	}
}

/* Each copy as if it came now; what was dropped after that. */
static void
an_old_store_tells_of_all_it_holds(void **state)
{
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < OLD_STORES; i++) {
		restore(s, i, true);
		if (i > 0)
			run_text(s,
			    "INSERT INTO dropped VALUES ('GMX', 'id', "
			    "'2026-11-02T00:00:00Z', '2026-11-02T23:59:59Z',"
			    " zeroblob(32), '2026-11-20T00:00:00Z')");
		open_store(s, STORE_WRITE);
		assert_number(s, "SELECT length(id) FROM journal", 16);
		assert_number(s,
		    "SELECT count(*) = (SELECT count(*) FROM reports) AND"
		    " count(*) > 10 FROM outbox AS o JOIN reports AS r"
		    " ON r.id = o.report AND r.content = o.content"
		    " AND o.identity = report_identity(r.organization,"
		    " r.report_id, r.start, r.end) WHERE o.what = 'report'",
		    1);
		assert_rows(s,
		    "SELECT report, length(identity), content, date, at"
		    " FROM outbox WHERE what <> 'report'",
		    i > 0 ? "|16||2026-11-02|2026-11-20T00:00:00Z\n" : "");
		remove_store(s);
	}
}

/* By the rule of today another copy would count; but somebody may have decided
 * so, which was not noted then. */
static void
an_old_store_keeps_the_copies_that_count(void **state)
{
	static const char ids[] =
	    "SELECT id FROM reports WHERE status = 'counted' AND"
	    " (organization, report_id) IN (SELECT organization, report_id"
	    " FROM reports WHERE status = 'conflict') ORDER BY id";
	struct scene *s = *state;

	restore(s, 2, true);
	run_text(s, "UPDATE reports SET dkim = 'pass' WHERE id = 6;"
		    "UPDATE messages SET received = '2026-10-19T09:00:00Z'"
		    " WHERE id = (SELECT message FROM reports WHERE id = 17)");
	open_store(s, STORE_WRITE);
	assert_rows(s, ids, "5\n17\n21\n");
	assert_rows(s, "SELECT id, decided FROM reports WHERE decided <> ''",
	    "5|1970-01-01T00:00:00Z\n17|1970-01-01T00:00:00Z\n");
}

/* A number that a query gives of another database. */
static int64_t
number_in(const char *path, const char *sql)
{
	sqlite3_stmt *row;
	sqlite3 *db;
	int64_t n;

	assert_int_equal(
	    sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	n = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	sqlite3_close(db);
	return n;
}

static void
an_old_store_is_copied_before_it_changes(void **state)
{
	static const char count[] = "SELECT count(*) FROM reports";
	struct scene *s = *state;
	char copy[sizeof s->path + 8], unfinished[sizeof copy + 8];

	snprintf(copy, sizeof copy, "%s.v1", s->path);
	snprintf(unfinished, sizeof unfinished, "%s.new", copy);
	restore(s, 0, true);
	open_store(s, STORE_TRY);
	store_close(s->st);
	s->st = NULL;
	assert_int_equal(access(copy, F_OK), -1);
	write_file(unfinished, "of a run that was killed", 24);
	open_store(s, STORE_WRITE);
	assert_int_equal(number_in(copy, "PRAGMA user_version"), 1);
	assert_true(number_in(copy, count) > 0);
	assert_number(s, count, number_in(copy, count));
	assert_int_equal(mode_of(copy), 0600);
	assert_int_equal(access(unfinished, F_OK), -1);
	store_close(s->st);
	s->st = NULL;
	run_text(s, "PRAGMA user_version = 99");
	assert_not_opened(s, s->path, STORE_WRITE, EX_SOFTWARE, ".v1;");
	assert_int_equal(unlink(copy), 0);
	assert_not_opened(s, s->path, STORE_WRITE, EX_SOFTWARE, "newer one");
}

static void
stays_as_it_is_where_the_copy_cannot_be_made(void **state)
{
	struct scene *s = *state;
	char copy[sizeof s->path + 8];

	snprintf(copy, sizeof copy, "%s.v1", s->path);
	restore(s, 0, true);
	assert_int_equal(mkdir(copy, 0700), 0);
	assert_not_opened(s, s->path, STORE_WRITE, EX_IOERR, "the copy");
	assert_int_equal(rmdir(copy), 0);
	assert_int_equal(number_in(s->path, "PRAGMA user_version"), 1);
	open_store(s, STORE_WRITE);
	assert_int_equal(unlink(copy), 0);
}

static void
is_known_by_its_tables(struct scene *s)
{
	struct store_status status;

	assert_not_opened(
	    s, s->path, STORE_READ, EX_SOFTWARE, "from an older release");
	open_store(s, STORE_WRITE);
	assert_number(s, "PRAGMA user_version", SCHEMA_VERSION);
	assert_number(s, "PRAGMA application_id", SCHEMA_APPLICATION);
	assert_rows(s, "PRAGMA journal_mode", "wal\n");
	store_close(s->st);
	run_text(s, "PRAGMA user_version = 0; PRAGMA application_id = 0");
	open_store(s, STORE_READ);
	assert_ok(s, store_status(s->st, &status, &s->f));
	assert_true(status.reports > 0);
	reopen(s);
	assert_number(s, "PRAGMA user_version", SCHEMA_VERSION);
}

static void
a_restored_dump_is_known_by_its_tables(void **state)
{
	struct scene *s = *state;
	size_t i;

	for (i = 0; i < OLD_STORES; i++) {
		restore(s, i, false);
		is_known_by_its_tables(s);
		remove_store(s);
	}
}

static void
other_databases_are_left_alone(void **state)
{
	struct scene *s = *state;

	run_text(s, "CREATE TABLE messages (a); CREATE TABLE reports (a)");
	assert_not_opened(s, s->path, STORE_WRITE, EX_IOERR, "no database");
}

static void
an_empty_file_becomes_a_store_for_its_owner_alone(void **state)
{
	struct scene *s = *state;

	write_file(s->path, "", 0);
	assert_int_equal(chmod(s->path, 0644), 0);
	assert_not_opened(s, s->path, STORE_READ, EX_NOINPUT, "is empty");
	open_store(s, STORE_WRITE);
	assert_int_equal(mode_of(s->path), 0600);
	assert_number(s, "PRAGMA page_size", 8192);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_EMPTY(an_old_store_gets_the_shape_of_a_new_one),
		TEST_EMPTY(an_old_store_keeps_its_figures),
		TEST_EMPTY(an_old_store_tells_of_all_it_holds),
		TEST_EMPTY(an_old_store_keeps_the_copies_that_count),
		TEST_EMPTY(an_old_store_is_copied_before_it_changes),
		TEST_EMPTY(stays_as_it_is_where_the_copy_cannot_be_made),
		TEST_EMPTY(a_restored_dump_is_known_by_its_tables),
		TEST_EMPTY(other_databases_are_left_alone),
		TEST_EMPTY(an_empty_file_becomes_a_store_for_its_owner_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
