#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "model/report_identity.h"
#include "store/checkpoint.h"
#include "store/outbox.h"
#include "store/poll_lock.h"
#include "store/recount.h"
#include "store/rollup.h"
#include "store/schema.h"
#include "store/sql.h"
#include "store/store.h"
#include "store/store_file.h"
#include "store/store_private.h"
#include "store/totals.h"

/* Foreign keys are an option of the connection, and off by default. */
static const char set_up[] = "PRAGMA foreign_keys = ON;"
			     /* 4 MB, also what a sort may take before it goes
			      * to a temporary file */
			     "PRAGMA cache_size = -4000;";

/*
 * synchronous = FULL: a commit has reached the disk when it returns, for the
 * mail is moved or deleted on the server right behind it.  The log is copied
 * into the database every 16 MB, which spares most of the
 * copying of pages written again and again in a long run, and is cut to that
 * when it grew.
 */
static const char set_up_writer[] = "PRAGMA synchronous = FULL;"
				    "PRAGMA journal_size_limit = 16777216;";

/*
 * Of a mirror a crash leaves nothing, and its rows are cut down to what is read
 * of them.  It stays in memory as far as it is no more than the cache of all
 * stores, for each sort takes as much.
 */
static const char set_up_mirror[] = "PRAGMA foreign_keys = OFF;"
				    "PRAGMA journal_mode = OFF;"
				    "PRAGMA synchronous = OFF;"
				    "PRAGMA page_size = 8192;"
				    "PRAGMA cache_size = -4000;";

/*
 * The path as a plain file name: SQLite reads "file:" and ":memory:" at its
 * beginning as something else, but not behind a slash.
 */
static char *
plain_path(const char *path, enum store_access access)
{
	return path[0] == '/' || access == STORE_MIRROR
		   ? xstrdup(path)
		   : xasprintf("./%s", path);
}

/* The name of no file stands for a temporary one. */
static int
connect_mirror(struct store *st, struct fault *f)
{
	st->file = xstrdup("");
	if (sqlite3_open_v2("", &st->db,
		SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE |
		    SQLITE_OPEN_CREATE,
		NULL) != SQLITE_OK) {
		if (st->db == NULL)
			out_of_memory();
		return sql_fault(st, f);
	}
	return sql_exec(st, set_up_mirror, f);
}

static int
connect_to(struct store *st, struct fault *f)
{
	/* one thread at a time has a store, so it needs no mutex */
	int flags = SQLITE_OPEN_NOMUTEX;

	if (store_file_find(st, f) == -1)
		return -1;
	flags |= st->access == STORE_READ ? SQLITE_OPEN_READONLY
					  : SQLITE_OPEN_READWRITE;
	if (sqlite3_open_v2(st->file[0] != '\0' ? st->file : ":memory:",
		&st->db, flags, NULL) != SQLITE_OK) {
		if (st->db == NULL)
			out_of_memory();
		return sql_fault(st, f);
	}
	/* SQLite falls back to reading where it may not write */
	if (st->access != STORE_READ && sqlite3_db_readonly(st->db, NULL) == 1)
		return sql_fault_of(st, SQLITE_READONLY, f);
	sqlite3_busy_timeout(st->db, BUSY_TIMEOUT);
	if (sql_exec(st, set_up, f) == -1 || outbox_install(st, f) == -1)
		return -1;
	if (st->access == STORE_READ)
		return 0;
	return sql_exec(st, set_up_writer, f);
}

/*
 * Limit of the statement journal, in bytes: up to it SQLite keeps in memory
 * what a statement may have to undo, beyond it in a temporary file.  It must be
 * under 128 KB, or SQLite 3.40 reports a full disk (SQLITE_FULL).
 */
enum {
	STATEMENT_JOURNAL = 120 * 1024
};

/*
 * Options of the library, which it refuses once it is in use.  Statistics of
 * memory are off: they cost a mutex for each allocation, and nobody asks.
 */
static void
configure(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, STATEMENT_JOURNAL);
}

struct store *
store_open(const char *path, enum store_access access, struct fault *f)
{
	struct store *st = xcalloc(1, sizeof *st);

	configure();
	st->path = plain_path(path, access);
	st->access = access;
	st->lock = -1;
	if ((access == STORE_MIRROR ? connect_mirror(st, f)
				    : connect_to(st, f)) == -1 ||
	    schema_check(st, &schema_current, f) == -1 ||
	    checkpoint_install(st, f) == -1) {
		store_close(st);
		return NULL;
	}
	if (access != STORE_MIRROR)
		store_file_note(st);
	return st;
}

void
store_detach(struct store *st)
{
	if (st->db != NULL)
		store_rollback(st);
	rollup_free(st);
	sql_close(st);
}

int
store_attach(struct store *st, struct fault *f)
{
	if (connect_to(st, f) == -1 || checkpoint_install(st, f) == -1)
		return -1;
	store_file_note(st);
	return 0;
}

void
store_close(struct store *st)
{
	if (st == NULL)
		return;
	store_detach(st);
	lock_drop(st->lock);
	arena_free(&st->scratch);
	free(st->days_to_recount.day);
	identity_hash_free(&st->identity_hash);
	free(st->path);
	free(st->file);
	free(st);
}

int
store_lock(struct store *st, struct fault *f)
{
	char *path;
	int rc;

	if (st->file[0] == '\0')
		return 0; /* there is nobody to wait for */
	path = xasprintf("%s.lock", st->file);
	rc = lock_take(path, st->file, st->access, &st->lock, f);
	free(path);
	return rc;
}

enum {
	TICKS = 20, /* looks at a lock in a second */
	NANOSECONDS = 1000000000
};

int
store_lock_to_notify(struct store *st, unsigned seconds, struct fault *f)
{
	static const struct timespec tick = { 0, NANOSECONDS / TICKS };
	unsigned long left = (unsigned long)seconds * TICKS;
	char *path = xasprintf("%s.notify", st->file);
	int rc;

	lock_drop(st->lock);
	st->lock = -1;
	while (
	    (rc = lock_take(path, st->file, st->access, &st->lock, f)) == -1 &&
	    f->status == EX_TEMPFAIL && left-- > 0)
		nanosleep(&tick, NULL);
	free(path);
	return rc;
}

/* A transaction that will write takes the lock at once, so that it
 * waits by the busy timeout and never has to start over. */
static const struct sql begin_write = { "BEGIN IMMEDIATE" };

int
store_begin_try(struct store *st, struct fault *f)
{
	if (st->access != STORE_TRY || !sqlite3_get_autocommit(st->db))
		return 0;
	return sql_run(st, &begin_write, NULL, 0, f);
}

static const struct sql begin_read = { "BEGIN" };

int
store_begin(struct store *st, struct fault *f)
{
	if (st->access == STORE_TRY)
		return store_begin_try(st, f);
	st->tally = (struct tally){ 0 };
	return sql_run(st,
	    st->access == STORE_READ ? &begin_read : &begin_write, NULL, 0, f);
}

static const struct sql commit = { "COMMIT" };

int
store_commit(struct store *st, struct fault *f)
{
	if (st->access == STORE_TRY)
		return 0;
	if ((st->access == STORE_READ ||
		(rollup_recount_pending(st, f) == 0 &&
		    rollup_flush(st, f) == 0 && tally_write(st, f) == 0)) &&
	    sql_run(st, &commit, NULL, 0, f) == 0)
		return 0;
	store_rollback(st);
	return -1;
}

void
store_rollback(struct store *st)
{
	st->tally = (struct tally){ 0 };
	st->message = 0;
	st->days_to_recount.n = 0;
	rollup_forget(st);
	/* what cannot be rolled back now is by whoever opens the file next */
	if (!sqlite3_get_autocommit(st->db))
		sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
}

int
store_begin_view(struct store *st, struct fault *f)
{
	if (!sqlite3_get_autocommit(st->db))
		return 0; /* what is open is a view, too */
	if (sql_run(st, &begin_read, NULL, 0, f) == -1)
		return -1;
	st->view = true;
	return 0;
}

void
store_end_view(struct store *st)
{
	/* not rolled back, for tables of the connection's own may be filled */
	if (st->view)
		sqlite3_exec(st->db, "COMMIT", NULL, NULL, NULL);
	if (st->view)
		store_rollback(st);
	st->view = false;
}
