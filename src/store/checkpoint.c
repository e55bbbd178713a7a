#include <stddef.h>
#include <stdint.h>

#include "store/checkpoint.h"
#include "store/sql.h"
#include "store/store_private.h"

enum {
	ENOUGH = 16 * 1024 * 1024, /* bytes of the log that are worth copying */
	MUCH =
	    2 * ENOUGH, /* past this, readers keep the log from starting anew */
	WAIT = 1000	/* ms for such readers to end */
};

/*
 * After each commit.  What is in the log is copied to the database as far as
 * readers allow, and the log begins anew once they are done with all of it.
 * Readers that relieve each other would put that off for ever: when the log is
 * long, those there are waited for, and new ones read the database meanwhile.
 * One that stays costs a short wait for every 16 MB that the log grows.
 */
static int
on_commit(void *arg, sqlite3 *db, const char *name, int frames)
{
	struct store *st = arg;
	int64_t bytes = frames * st->page_size;

	if (bytes < ENOUGH) {
		st->waited_at = 0;
		return SQLITE_OK;
	}
	/* what does not work now will at the next commit, or at the end */
	(void)sqlite3_wal_checkpoint_v2(
	    db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (bytes < MUCH || bytes - st->waited_at < ENOUGH)
		return SQLITE_OK;
	st->waited_at = bytes;
	sqlite3_busy_timeout(db, WAIT);
	(void)sqlite3_wal_checkpoint_v2(
	    db, name, SQLITE_CHECKPOINT_RESTART, NULL, NULL);
	sqlite3_busy_timeout(db, BUSY_TIMEOUT);
	return SQLITE_OK;
}

int
checkpoint_install(struct store *st, struct fault *f)
{
	if (sql_pragma(st, "page_size", &st->page_size, f) == -1)
		return -1;
	st->waited_at = 0;
	sqlite3_wal_hook(st->db, on_commit, st);
	return 0;
}
