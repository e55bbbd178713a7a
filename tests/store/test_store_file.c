#include "scenes/stores.h"
#include "store/schema.h"

/* Run SQL on the file beside the store. */
static void
run_sql(const struct scene *s, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", text, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void
is_made_for_its_owner_alone(void **state)
{
	struct scene *s = *state;
	char wal[400];

	umask(0);
	open_store(s, STORE_WRITE);
	umask(022);
	snprintf(wal, sizeof wal, "%s-wal", s->path);
	assert_int_equal(mode_of(s->path), 0600);
	assert_int_equal(mode_of(wal), 0600);
	assert_number(s, "PRAGMA user_version", SCHEMA_VERSION);
	assert_number(s, "PRAGMA application_id", 0x544c5352);
	assert_number(s, "PRAGMA foreign_keys", 1);
	assert_number(s, "PRAGMA synchronous", 2);
	assert_number(s, "PRAGMA auto_vacuum", 2);
	assert_rows(s, "PRAGMA journal_mode", "wal\n");
	assert_rows(s, "PRAGMA integrity_check", "ok\n");
	store_close(s->st);
	s->st = NULL;
	assert_int_equal(access(wal, F_OK), -1);
}

static void
a_reader_makes_nothing(void **state)
{
	struct scene *s = *state;

	assert_not_opened(s, s->path, STORE_READ, EX_NOINPUT, "no such store");
	assert_non_null(strstr(s->f.text, s->path));
	assert_int_equal(access(s->path, F_OK), -1);
	write_file(s->path, "", 0);
	assert_not_opened(s, s->path, STORE_READ, EX_NOINPUT, "is empty");
}

static void
refuses_what_is_no_store(void **state)
{
	struct scene *s = *state;
	char page[8192];

	assert_not_opened(s, s->dir, STORE_WRITE, EX_IOERR, "no regular file");
	assert_not_opened(s, s->dir, STORE_READ, EX_IOERR, "no regular file");
	assert_not_opened(s, "/nonexistent/t.db", STORE_WRITE, EX_IOERR,
	    "cannot be created: No such file");
	memset(page, 'x', sizeof page);
	write_file(s->path, page, sizeof page);
	assert_not_opened(
	    s, s->path, STORE_WRITE, EX_IOERR, "no database of tlsrua");
	assert_not_opened(
	    s, s->path, STORE_READ, EX_IOERR, "no database of tlsrua");
	unlink(s->path);
	run_sql(s, "CREATE TABLE theirs (x); PRAGMA user_version = 1");
	assert_not_opened(
	    s, s->path, STORE_WRITE, EX_IOERR, "no database of tlsrua");
	assert_not_opened(
	    s, s->path, STORE_TRY, EX_IOERR, "no database of tlsrua");
}

static void
says_that_a_file_is_damaged(void **state)
{
	struct scene *s = *state;
	char garbage[8192]; /* the first page, from behind the header on */
	int fd;

	open_store(s, STORE_WRITE);
	store_one(s);
	store_close(s->st);
	s->st = NULL;
	memset(garbage, 0x55, sizeof garbage);
	assert_true((fd = open(s->path, O_WRONLY)) >= 0);
	assert_int_equal(pwrite(fd, garbage, sizeof garbage - 200, 200),
	    sizeof garbage - 200);
	close(fd);
	assert_not_opened(s, s->path, STORE_WRITE, EX_IOERR, "is damaged");
}

static void
refuses_a_newer_schema(void **state)
{
	struct scene *s = *state;

	open_store(s, STORE_WRITE);
	store_close(s->st);
	s->st = NULL;
	run_sql(s, "PRAGMA user_version = 99");
	assert_not_opened(s, s->path, STORE_WRITE, EX_SOFTWARE,
	    "schema version 99, written by a newer release");
	assert_not_opened(s, s->path, STORE_READ, EX_SOFTWARE, "newer release");
	run_sql(s, "PRAGMA user_version = -1");
	assert_not_opened(s, s->path, STORE_WRITE, EX_IOERR, "no database");
}

static const char *const next_steps[] = {
	[SCHEMA_VERSION] =
	    "ALTER TABLE reports ADD COLUMN next TEXT NOT NULL DEFAULT 'x';"
	    "UPDATE totals SET messages = messages + 10",
	[SCHEMA_VERSION + 1] = "CREATE TABLE next_things (problem TEXT) STRICT",
};
static const struct schema next_schema = {
	.version = SCHEMA_VERSION + 2,
	.steps = next_steps,
};

static const char *const broken_steps[] = {
	[SCHEMA_VERSION] = "ALTER TABLE reports ADD COLUMN next TEXT",
	[SCHEMA_VERSION + 1] = "CREATE TABLE reports (x)",
};
static const struct schema broken_schema = {
	.version = SCHEMA_VERSION + 2,
	.steps = broken_steps,
};

static void
migrates_in_place_and_in_one_piece(void **state)
{
	struct scene *s = *state;

	open_store(s, STORE_WRITE);
	store_one(s);
	assert_int_equal(schema_check(s->st, &broken_schema, &s->f), -1);
	assert_int_equal(s->f.status, EX_SOFTWARE);
	assert_number(s, "PRAGMA user_version", SCHEMA_VERSION);
	assert_number(s,
	    "SELECT count(*) FROM pragma_table_info('reports')"
	    " WHERE name = 'next'",
	    0);

	assert_ok(s, schema_check(s->st, &next_schema, &s->f));
	assert_ok(s, schema_check(s->st, &next_schema, &s->f));
	assert_number(s, "PRAGMA user_version", SCHEMA_VERSION + 2);
	assert_rows(s, "SELECT next, report_id FROM reports", "x|id-1\n");
	assert_number(s, "SELECT messages FROM totals", 11);
	assert_number(s, "SELECT count(*) FROM next_things", 0);
}

static void
an_older_schema_is_neither_read_nor_changed_by_a_trial(void **state)
{
	struct scene *s = *state;

	open_store(s, STORE_WRITE);
	store_close(s->st);
	open_store(s, STORE_READ);
	assert_int_equal(schema_check(s->st, &next_schema, &s->f), -1);
	assert_int_equal(s->f.status, EX_SOFTWARE);
	assert_non_null(strstr(s->f.text, "from an older release"));
	store_close(s->st);
	open_store(s, STORE_TRY);
	assert_ok(s, schema_check(s->st, &next_schema, &s->f));
	assert_number(s, "SELECT count(*) FROM next_things", 0);
	store_close(s->st);
	open_store(s, STORE_READ);
	assert_number(s, "PRAGMA user_version", SCHEMA_VERSION);
}

static void
a_reader_sees_what_is_committed(void **state)
{
	struct scene *s = *state, reader = *s;
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);

	open_store(s, STORE_WRITE);
	open_store(&reader, STORE_READ);
	assert_ok(s, store_begin(s->st, &s->f));
	add_report_of(s, add_message(s, 0), &r);
	assert_number(&reader, "SELECT count(*) FROM reports", 0);
	assert_ok(s, store_commit(s->st, &s->f));
	assert_number(&reader, "SELECT count(*) FROM reports", 1);

	/* unless it wants one view of it all */
	assert_ok(&reader, store_begin(reader.st, &reader.f));
	assert_number(&reader, "SELECT count(*) FROM reports", 1);
	r.report_id = "id-2";
	add(s, &r);
	assert_number(&reader, "SELECT count(*) FROM reports", 1);
	assert_ok(&reader, store_commit(reader.st, &reader.f));
	assert_number(&reader, "SELECT count(*) FROM reports", 2);
	store_close(reader.st);
}

static void
a_reader_writes_nothing(void **state)
{
	struct scene *s = *state;
	struct store_mailbox mb;

	open_store(s, STORE_WRITE);
	store_one(s);
	store_close(s->st);
	open_store(s, STORE_READ); /* without a log beside it */
	assert_number(s, "SELECT count(*) FROM reports", 1);
	assert_int_equal(
	    store_mailbox(s->st, "example", "INBOX", &mb, &s->f), -1);
	assert_int_equal(s->f.status, EX_IOERR);
}

static void
a_trial_leaves_no_trace(void **state)
{
	struct scene *s = *state;
	struct store_mailbox mb;

	open_store(s, STORE_TRY); /* where there is nothing */
	assert_ok(s, store_mailbox(s->st, "example", "INBOX", &mb, &s->f));
	assert_true(mb.id > 0);
	store_one(s);
	store_one(s); /* a duplicate, across its transactions */
	assert_number(s, "SELECT count(*) FROM reports", 1);
	assert_ok(s, store_lock(s->st, &s->f));
	store_close(s->st);
	assert_int_equal(access(s->path, F_OK), -1);

	write_file(s->path, "", 0); /* an empty file */
	open_store(s, STORE_TRY);
	store_one(s);
	store_close(s->st);
	assert_int_equal(truncate(s->path, 0), 0);

	open_store(s, STORE_WRITE);
	store_one(s);
	store_close(s->st);
	open_store(s, STORE_TRY);
	store_one(s);
	assert_number(s, "SELECT count(*) FROM messages", 2);
	assert_ok(s, store_mailbox(s->st, "example", "INBOX", &mb, &s->f));
	assert_ok(
	    s, store_poll_ended(s->st, mb.id,
		   &(struct store_poll){ .when = 1, .status = 0, .error = "" },
		   &s->f));
	store_close(s->st);
	open_store(s, STORE_READ);
	assert_number(s, "SELECT count(*) FROM messages", 1);
	assert_number(s, "SELECT count(*) FROM mailboxes", 0);
	assert_totals(s);
}

/* More than is kept in memory to take it back, and it is taken back. */
static void
a_statement_may_change_megabytes(void **state)
{
	struct scene *s = *state;

	open_store(s, STORE_WRITE);
	assert_ok(s,
	    sql_exec(s->st,
		"WITH RECURSIVE c(n) AS (VALUES (1) UNION ALL"
		" SELECT n + 1 FROM c WHERE n < 20000)"
		" INSERT INTO messages SELECT n, NULL, 0, 0, 'file ' || n, 1,"
		" NULL, hex(zeroblob(100)), '', '', '', '', 'imported', NULL,"
		" 0, '' FROM c",
		&s->f));
	assert_ok(s, store_begin(s->st, &s->f));
	assert_ok(s, sql_exec(s->st,
			 "UPDATE messages SET source = 'a ' || source", &s->f));
	assert_int_equal(sql_exec(s->st,
			     "UPDATE messages SET source = 'b ' || source,"
			     " sender = iif(id < 20000, sender, NULL)",
			     &s->f),
	    -1);
	assert_non_null(strstr(s->f.text, "messages.sender"));
	assert_ok(s, store_commit(s->st, &s->f));
	assert_number(s,
	    "SELECT count(*) FROM messages WHERE source = 'a file ' || id",
	    20000);
	assert_rows(s, "PRAGMA integrity_check", "ok\n");
}

static void
names_that_sqlite_reads_otherwise_are_names_here(void **state)
{
	static const char *const names[] = { ":memory:",
		"file:t.db?mode=memory" };
	struct scene *s = *state;
	int home = open(".", O_RDONLY | O_DIRECTORY);
	size_t i;

	assert_int_equal(chdir(s->dir), 0);
	for (i = 0; i < 2; i++) {
		s->st = store_open(names[i], STORE_WRITE, &s->f);
		assert_non_null(s->st);
		assert_int_equal(access(names[i], F_OK), 0);
		store_close(s->st);
		s->st = NULL;
	}
	assert_int_equal(fchdir(home), 0);
	close(home);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_EMPTY(is_made_for_its_owner_alone),
		TEST_EMPTY(a_reader_makes_nothing),
		TEST_EMPTY(refuses_what_is_no_store),
		TEST_EMPTY(says_that_a_file_is_damaged),
		TEST_EMPTY(refuses_a_newer_schema),
		TEST_EMPTY(migrates_in_place_and_in_one_piece),
		TEST_EMPTY(
		    an_older_schema_is_neither_read_nor_changed_by_a_trial),
		TEST_EMPTY(a_reader_sees_what_is_committed),
		TEST_EMPTY(a_reader_writes_nothing),
		TEST_EMPTY(a_trial_leaves_no_trace),
		TEST_EMPTY(a_statement_may_change_megabytes),
		TEST_EMPTY(names_that_sqlite_reads_otherwise_are_names_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
