#include "scenes/stores.h"

#include <errno.h>

#include "store/schema.h"
#include "store/status.h"
#include "store/verify.h"
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

/* The store that the release with schema version 1 made. */
static void
restore_version_1(const struct scene *s, bool with_header)
{
	char *text = read_file("tests/fixtures/stores/version1.sql");

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

static void
nothing_differs(void *arg, const struct store_difference *d)
{
	(void)arg;
	fail_msg("%s: %s: %s, %s", d->rollup, d->what, d->stored, d->counted);
}

static void
an_old_store_gets_the_shape_of_a_new_one(void **state)
{
	struct scene *s = *state;
	char *old, *fresh;

	restore_version_1(s, true);
	assert_not_opened(
	    s, s->path, STORE_READ, EX_SOFTWARE, "from an older release");
	open_store(s, STORE_WRITE);
	assert_number(s, "PRAGMA user_version", SCHEMA_VERSION);
	old = shape_of(s);
	store_close(s->st);
	assert_int_equal(unlink(s->path), 0);
	open_store(s, STORE_WRITE);
	fresh = shape_of(s);
	assert_string_equal(old, fresh);
	free(old);
	free(fresh);
}

static void
an_old_store_keeps_its_figures(void **state)
{
	static const char daily[] = "SELECT * FROM csv_daily ORDER BY date,"
				    " domain, organization, policy_type";
	static const char problems[] = "SELECT problem, state, first_day,"
				       " failed_sessions FROM csv_problems";
	struct scene *s = *state;
	char *before_daily, *before_problems;

	restore_version_1(s, true);
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
	assert_ok(s, store_verify(s->st, nothing_differs, NULL, &s->f));
	store_one(s);
	assert_ok(s, store_verify(s->st, nothing_differs, NULL, &s->f));
	free(before_daily);
	free(before_problems);
}

static void
a_restored_dump_is_known_by_its_tables(void **state)
{
	struct scene *s = *state;
	struct store_status status;

	restore_version_1(s, false);
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
		TEST_EMPTY(a_restored_dump_is_known_by_its_tables),
		TEST_EMPTY(other_databases_are_left_alone),
		TEST_EMPTY(an_empty_file_becomes_a_store_for_its_owner_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
