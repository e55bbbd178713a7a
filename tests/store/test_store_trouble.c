#include "scenes/stores.h"

#include <signal.h>
#include <sys/resource.h>

enum {
	NOBODY = 65534
};

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
	assert_not_opened(s, s->path, STORE_READ, EX_NOINPUT, "is empty");
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
