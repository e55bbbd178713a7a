#include "stores.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum {
	NOBODY = 65534
};

/* How a child ended that ran `fn`; what it exits with is its own business. */
static int
in_child(void (*fn)(struct scene *), struct scene *s)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		fn(s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
assert_child(void (*fn)(struct scene *), struct scene *s, int status)
{
	int rc = in_child(fn, s);

	assert_true(WIFEXITED(rc));
	assert_int_equal(WEXITSTATUS(rc), status);
}

/* In a child: go on only with the status and a text that are expected. */
static void
expect(struct scene *s, int status, const char *text)
{
	if (s->f.status != status || strstr(s->f.text, text) == NULL) {
		fprintf(stderr, "%d: %s\n", s->f.status, s->f.text);
		_exit(1);
	}
}

static void
assert_refused(struct scene *s, const char *path, enum store_access access,
    int status, const char *text)
{
	memset(&s->f, 0, sizeof s->f);
	assert_null(store_open(path, access, &s->f));
	assert_int_equal(s->f.scope, FAULT_HOST);
	if (s->f.status != status || strstr(s->f.text, text) == NULL)
		fail_msg("%d: %s", s->f.status, s->f.text);
}

static void
write_file(const char *path, const void *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

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
store_one(struct scene *s)
{
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);

	add(s, &r);
}

static unsigned
mode_of(const char *path)
{
	struct stat sb;

	assert_int_equal(stat(path, &sb), 0);
	return sb.st_mode & 07777;
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

	assert_refused(s, s->path, STORE_READ, EX_NOINPUT, "no such store");
	assert_non_null(strstr(s->f.text, s->path));
	assert_int_equal(access(s->path, F_OK), -1);
	write_file(s->path, "", 0);
	assert_refused(s, s->path, STORE_READ, EX_NOINPUT, "is empty");
}

static void
refuses_what_is_no_store(void **state)
{
	struct scene *s = *state;
	char page[8192];

	assert_refused(s, s->dir, STORE_WRITE, EX_IOERR, "no regular file");
	assert_refused(s, s->dir, STORE_READ, EX_IOERR, "no regular file");
	assert_refused(s, "/nonexistent/t.db", STORE_WRITE, EX_IOERR,
	    "cannot be created: No such file");
	memset(page, 'x', sizeof page);
	write_file(s->path, page, sizeof page);
	assert_refused(
	    s, s->path, STORE_WRITE, EX_IOERR, "no database of tlsrua");
	assert_refused(
	    s, s->path, STORE_READ, EX_IOERR, "no database of tlsrua");
	unlink(s->path);
	run_sql(s, "CREATE TABLE theirs (x); PRAGMA user_version = 1");
	assert_refused(
	    s, s->path, STORE_WRITE, EX_IOERR, "no database of tlsrua");
	assert_refused(
	    s, s->path, STORE_TRY, EX_IOERR, "no database of tlsrua");
}

static void
says_that_a_file_is_damaged(void **state)
{
	struct scene *s = *state;
	char garbage[4096];
	int fd;

	open_store(s, STORE_WRITE);
	store_one(s);
	store_close(s->st);
	s->st = NULL;
	memset(garbage, 0x55, sizeof garbage);
	assert_true((fd = open(s->path, O_WRONLY)) >= 0);
	assert_int_equal(
	    pwrite(fd, garbage, sizeof garbage - 200, 200), 4096 - 200);
	close(fd);
	assert_refused(s, s->path, STORE_WRITE, EX_IOERR, "is damaged");
}

static void
refuses_a_newer_schema(void **state)
{
	struct scene *s = *state;

	open_store(s, STORE_WRITE);
	store_close(s->st);
	s->st = NULL;
	run_sql(s, "PRAGMA user_version = 2");
	assert_refused(s, s->path, STORE_WRITE, EX_SOFTWARE,
	    "schema version 2, written by a newer release");
	assert_refused(s, s->path, STORE_READ, EX_SOFTWARE, "newer release");
	run_sql(s, "PRAGMA user_version = -1");
	assert_refused(s, s->path, STORE_WRITE, EX_IOERR, "no database");
}

static const char *const next_steps[] = {
	[1] = "ALTER TABLE reports ADD COLUMN dkim TEXT NOT NULL DEFAULT 'x';"
	      "UPDATE totals SET messages = messages + 10",
	[2] = "CREATE TABLE mutes (problem TEXT) STRICT",
};
static const struct schema next_schema = {
	.version = 3,
	.steps = next_steps,
};

static const char *const broken_steps[] = {
	[1] = "ALTER TABLE reports ADD COLUMN dkim TEXT",
	[2] = "CREATE TABLE reports (x)",
};
static const struct schema broken_schema = {
	.version = 3,
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
	assert_number(s, "PRAGMA user_version", 1);
	assert_number(s,
	    "SELECT count(*) FROM pragma_table_info('reports')"
	    " WHERE name = 'dkim'",
	    0);

	assert_ok(s, schema_check(s->st, &next_schema, &s->f));
	assert_ok(s, schema_check(s->st, &next_schema, &s->f));
	assert_number(s, "PRAGMA user_version", 3);
	assert_rows(s, "SELECT dkim, report_id FROM reports", "x|id-1\n");
	assert_number(s, "SELECT messages FROM totals", 11);
	assert_number(s, "SELECT count(*) FROM mutes", 0);
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
	assert_number(s, "SELECT count(*) FROM mutes", 0);
	store_close(s->st);
	open_store(s, STORE_READ);
	assert_number(s, "PRAGMA user_version", 1);
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
	assert_ok(s, store_poll_ended(s->st, mb.id, 1, 0, "", &s->f));
	store_close(s->st);
	open_store(s, STORE_READ);
	assert_number(s, "SELECT count(*) FROM messages", 1);
	assert_number(s, "SELECT count(*) FROM mailboxes", 0);
	assert_totals(s);
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

static void
hold_lock(struct scene *s)
{
	open_store(s, STORE_WRITE);
	if (store_lock(s->st, &s->f) == -1)
		_exit(1);
	pause();
}

static void
try_lock(struct scene *s)
{
	char holder[64];

	store_close(s->st);
	open_store(s, STORE_WRITE);
	if (store_lock(s->st, &s->f) == 0)
		_exit(2);
	snprintf(holder, sizeof holder, "held by process %ld since 20",
	    (long)getppid());
	expect(s, EX_TEMPFAIL, holder);
	expect(s, EX_TEMPFAIL, s->path);
}

static void
one_run_at_a_time_holds_the_lock(void **state)
{
	struct scene *s = *state;
	char path[400];

	open_store(s, STORE_WRITE);
	assert_ok(s, store_lock(s->st, &s->f));
	assert_child(try_lock, s, 0);
	snprintf(path, sizeof path, "%s.lock", s->path);
	assert_int_equal(mode_of(path), 0600);
	store_close(s->st);
	s->st = NULL;
	assert_child(try_lock, s, 2); /* which gets it now */
}

static void
a_lock_of_the_dead_is_no_obstacle(void **state)
{
	struct scene *s = *state;
	char path[400];
	struct stat sb;
	int status, tries;
	pid_t pid;

	snprintf(path, sizeof path, "%s.lock", s->path);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		hold_lock(s);
		_exit(1);
	}
	for (tries = 0; tries < 1000; tries++) {
		if (stat(path, &sb) == 0 && sb.st_size > 0)
			break;
		usleep(10000);
	}
	open_store(s, STORE_WRITE);
	assert_int_equal(store_lock(s->st, &s->f), -1);
	assert_int_equal(s->f.status, EX_TEMPFAIL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_ok(s, store_lock(s->st, &s->f));
}

/* Notes that no run of ours has written. */
static void
an_odd_note_in_the_lock_is_not_repeated(void **state)
{
	static const char *const notes[] = { "", "x", "12", "-4 2026-11-23T",
		"1 \033[31mred", "99999999999999999999 9" };
	struct scene *s = *state, other = *s;
	char path[400];
	size_t i;

	snprintf(path, sizeof path, "%s.lock", s->path);
	open_store(s, STORE_WRITE);
	assert_ok(s, store_lock(s->st, &s->f));
	open_store(&other, STORE_WRITE);
	for (i = 0; i < sizeof notes / sizeof *notes; i++) {
		write_file(path, notes[i], strlen(notes[i]));
		assert_int_equal(store_lock(other.st, &other.f), -1);
		if (strstr(other.f.text, "held by another process") == NULL)
			fail_msg("%zu: %s", i, other.f.text);
	}
	store_close(other.st);
}

static void
says_when_another_one_keeps_writing(void **state)
{
	struct scene *s = *state, other = *s;

	open_store(s, STORE_WRITE);
	open_store(&other, STORE_WRITE);
	sqlite3_busy_timeout(other.st->db, 20);
	assert_ok(s, store_begin(s->st, &s->f));
	assert_int_equal(store_begin(other.st, &other.f), -1);
	assert_int_equal(other.f.status, EX_TEMPFAIL);
	assert_non_null(strstr(other.f.text, "is busy"));
	store_rollback(s->st);
	assert_ok(&other, store_begin(other.st, &other.f));
	store_close(other.st);
}

static void
create_and_fill(struct scene *s)
{
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);
	char id[32];

	s->st = store_open(s->path, STORE_WRITE, &s->f);
	if (s->st == NULL) {
		fprintf(stderr, "%d: %s\n", s->f.status, s->f.text);
		_exit(1);
	}
	s->uid = (uint32_t)getpid() % 100000 * 10;
	snprintf(id, sizeof id, "id-%ld", (long)getpid());
	r.report_id = id;
	add(s, &r);
	store_close(s->st);
	_exit(0);
}

static void
many_may_make_it_at_once(void **state)
{
	enum {
		RUNS = 6
	};
	struct scene *s = *state;
	pid_t pid[RUNS];
	int i, status;

	for (i = 0; i < RUNS; i++) {
		assert_true((pid[i] = fork()) >= 0);
		if (pid[i] == 0)
			create_and_fill(s);
	}
	for (i = 0; i < RUNS; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	open_store(s, STORE_READ);
	assert_number(s, "SELECT count(*) FROM reports", RUNS);
	assert_totals(s);
	assert_rows(s, "PRAGMA journal_mode", "wal\n");
}

static void
fill_and_die(struct scene *s)
{
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);
	struct store_mailbox mb;
	char id[32];
	int i;

	s->st = store_open(s->path, STORE_WRITE, &s->f);
	if (store_mailbox(s->st, "example", "INBOX", &mb, &s->f) == -1)
		_exit(1);
	mb.uidvalidity = 7;
	r.report_id = id;
	for (i = 0; i < 100; i++) {
		if (i % 10 == 0 && store_begin(s->st, &s->f) == -1)
			_exit(1);
		snprintf(id, sizeof id, "id-%d", i);
		add_report_of(s, add_message(s, mb.id), &r);
		mb.uid = s->uid;
		if (i == 55)
			raise(SIGKILL);
		if (i % 10 == 9 && (store_set_cursor(s->st, &mb, &s->f) == -1 ||
				       store_commit(s->st, &s->f) == -1))
			_exit(1);
	}
}

static void
a_kill_leaves_whole_batches(void **state)
{
	struct scene *s = *state;

	assert_true(WIFSIGNALED(in_child(fill_and_die, s)));
	open_store(s, STORE_WRITE);
	assert_number(s, "SELECT count(*) FROM reports", 50);
	assert_number(s, "SELECT count(*) FROM messages", 50);
	assert_number(s, "SELECT uid FROM mailboxes", 50);
	assert_totals(s);
	assert_rows(s, "PRAGMA integrity_check", "ok\n");
}

/* The limit of file size stands in for a disk that fills up. */
static void
fill_the_disk(struct scene *s)
{
	struct rlimit limit = { 128 * 1024, 128 * 1024 };
	struct policy p = some_policy;
	struct report r = some_report(&p, 1);
	struct store_added added;
	char raw[4096], id[32];
	int i;

	s->st = store_open(s->path, STORE_WRITE, &s->f);
	signal(SIGXFSZ, SIG_IGN);
	memset(raw, 'x', sizeof raw);
	r.report_id = id;
	if (setrlimit(RLIMIT_FSIZE, &limit) == -1 ||
	    store_begin(s->st, &s->f) == -1)
		_exit(3);
	for (i = 0; i < 10000; i++) {
		snprintf(id, sizeof id, "big-%d", i);
		if (store_add_report(s->st, add_message(s, 0), &r,
			(struct span){ raw, sizeof raw }, &added, &s->f) == -1)
			break;
		if (i % 20 == 19 && store_commit(s->st, &s->f) == -1)
			break;
		if (i % 20 == 19 && store_begin(s->st, &s->f) == -1)
			break;
	}
	expect(s, EX_IOERR, "free room");
	expect(s, EX_IOERR, s->path);
	store_rollback(s->st);
	store_close(s->st);
}

static void
a_full_disk_is_said_and_nothing_is_half_stored(void **state)
{
	struct scene *s = *state;

	open_store(s, STORE_WRITE);
	store_one(s);
	store_close(s->st);
	s->st = NULL;
	assert_child(fill_the_disk, s, 0);
	open_store(s, STORE_WRITE);
	assert_rows(s, "PRAGMA integrity_check", "ok\n");
	assert_number(s, "SELECT (count(*) - 1) % 20 FROM reports", 0);
	assert_number(s,
	    "SELECT count(*) FROM reports WHERE id NOT IN"
	    " (SELECT report FROM report_bytes)",
	    0);
	assert_totals(s);
	s->uid = 90000;
	store_one(s);
}

static void
make_on_a_full_disk(struct scene *s)
{
	struct rlimit limit = { 8 * 1024, 8 * 1024 };

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) == -1)
		_exit(3);
	if (store_open(s->path, STORE_WRITE, &s->f) != NULL)
		_exit(4);
	expect(s, EX_IOERR, s->path);
}

static void
what_a_full_disk_left_half_made_is_made_by_the_next_run(void **state)
{
	struct scene *s = *state;

	assert_child(make_on_a_full_disk, s, 0);
	assert_refused(s, s->path, STORE_READ, EX_NOINPUT, "is empty");
	open_store(s, STORE_WRITE);
	store_one(s);
	assert_totals(s);
}

/* As somebody who is not the owner; root may do anything. */
static void
become_nobody(void)
{
	if (getuid() == 0 && (setgid(NOBODY) == -1 || setuid(NOBODY) == -1))
		_exit(3);
}

static void
write_without_permission(struct scene *s)
{
	become_nobody();
	if (store_open(s->path, STORE_WRITE, &s->f) != NULL)
		_exit(4);
	expect(s, EX_IOERR, "is read-only");
	expect(s, EX_IOERR, s->path);
}

static void
read_without_permission(struct scene *s)
{
	become_nobody();
	if (store_open(s->path, STORE_READ, &s->f) != NULL)
		_exit(4);
	expect(s, EX_IOERR, "cannot be opened");
	expect(s, EX_IOERR, s->path);
}

static void
says_what_permission_is_missing(void **state)
{
	struct scene *s = *state;

	open_store(s, STORE_WRITE);
	store_one(s);
	store_close(s->st);
	s->st = NULL;
	assert_int_equal(chmod(s->path, 0444), 0);
	assert_int_equal(chmod(s->dir, 0555), 0);
	assert_child(write_without_permission, s, 0);
	assert_child(read_without_permission, s, 0);
	assert_non_null(strstr(s->path, s->dir));
	assert_int_equal(chmod(s->path, 0), 0);
	assert_child(read_without_permission, s, 0);
	assert_int_equal(chmod(s->dir, 0700), 0);
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
		TEST_EMPTY(names_that_sqlite_reads_otherwise_are_names_here),
		TEST_EMPTY(one_run_at_a_time_holds_the_lock),
		TEST_EMPTY(a_lock_of_the_dead_is_no_obstacle),
		TEST_EMPTY(an_odd_note_in_the_lock_is_not_repeated),
		TEST_EMPTY(says_when_another_one_keeps_writing),
		TEST_EMPTY(many_may_make_it_at_once),
		TEST_EMPTY(a_kill_leaves_whole_batches),
		TEST_EMPTY(a_full_disk_is_said_and_nothing_is_half_stored),
		TEST_EMPTY(
		    what_a_full_disk_left_half_made_is_made_by_the_next_run),
		TEST_EMPTY(says_what_permission_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
