#include "scenes/stores.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum {
	MB = 1024 * 1024,
	RAW = MB,  /* of each report */
	LIMIT = 64 /* MB that the log may have */
};

static off_t
log_size(const struct scene *s)
{
	char *path = xasprintf("%s-wal", s->path);
	struct stat sb;
	off_t size = stat(path, &sb) == 0 ? sb.st_size : 0;

	free(path);
	return size;
}

/* As many reports as megabytes; each a transaction.  The longest log. */
static off_t
import(struct scene *s, int megabytes)
{
	static char raw[RAW];
	static int number;
	struct store_added added;
	off_t most = 0;

	for (int i = 0; i < megabytes; i++) {
		struct policy p[1] = { some_policy };
		struct report r = some_report(p, 1);
		char id[32];

		snprintf(id, sizeof id, "%d", ++number);
		r.report_id = id;
		memset(raw, number, sizeof raw);
		assert_ok(s, store_begin(s->st, &s->f));
		assert_ok(
		    s, store_add_report(s->st, add_message(s, 0), &r,
			   (struct span){ raw, sizeof raw }, &added, &s->f));
		assert_int_equal(added.outcome, STORE_IMPORTED);
		assert_ok(s, store_commit(s->st, &s->f));
		most = log_size(s) > most ? log_size(s) : most;
	}
	return most;
}

/* A connection that somebody left in the middle of reading. */
static sqlite3 *
begin_reading(const struct scene *s)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 60 * 1000); /* a log that begins anew */
	assert_int_equal(sqlite3_exec(db, "BEGIN; SELECT count(*) FROM reports",
			     NULL, NULL, NULL),
	    SQLITE_OK);
	return db;
}

static void
the_log_of_a_long_import_stays_short(void **state)
{
	assert_true(import(*state, 200) <= (off_t)LIMIT * MB / 2);
}

/* Readers of another process, of which one always reads; until it is killed. */
static pid_t
keep_reading(struct scene *s)
{
	const struct timespec turn = { .tv_nsec = 150 * 1000 * 1000 };
	sqlite3 *reader, *next;
	pid_t pid;

	store_detach(s->st); /* as must be before a fork */
	assert_int_not_equal(pid = fork(), -1);
	if (pid == 0) {
		for (reader = begin_reading(s);; reader = next) {
			nanosleep(&turn, NULL);
			next = begin_reading(s);
			sqlite3_close(reader);
		}
	}
	assert_ok(s, store_attach(s->st, &s->f));
	return pid;
}

static void
readers_that_relieve_each_other_do_not_let_it_grow(void **state)
{
	struct scene *s = *state;
	off_t most;
	pid_t pid;

	import(s, 1);
	pid = keep_reading(s);
	most = import(s, 150);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_true(most <= (off_t)LIMIT * MB);
}

static void
a_reader_that_stays_lets_it_grow_until_it_is_gone(void **state)
{
	struct scene *s = *state;
	sqlite3 *reader;

	import(s, 1);
	reader = begin_reading(s);
	assert_true(import(s, 80) > (off_t)LIMIT * MB);
	sqlite3_close(reader);
	/* the first commit copies all, the second begins anew and cuts it */
	assert_true(import(s, 1) > (off_t)LIMIT * MB);
	import(s, 1);
	assert_true(log_size(s) <= (off_t)LIMIT * MB / 2);
	assert_true(import(s, 50) <= (off_t)LIMIT * MB / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_log_of_a_long_import_stays_short),
		TEST(readers_that_relieve_each_other_do_not_let_it_grow),
		TEST(a_reader_that_stays_lets_it_grow_until_it_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
