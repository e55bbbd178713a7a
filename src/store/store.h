#ifndef STORE_STORE_H
#define STORE_STORE_H

struct fault;

/*
 * The SQLite store (schema.sql); the only room that knows SQL.  All functions
 * that may fail return 0, or -1 with a fault of scope FAULT_HOST that names the
 * file: exit code 74 for I/O, full disk, read-only or damaged database and a
 * file that is none, 75 for a store busy beyond the timeout, 66 where a store
 * to be read does not exist or is empty, 70 for a newer schema than this
 * release knows.  One thread at a time may use a store.
 */
struct store;

enum store_access {
	STORE_READ,  /* must exist; nothing is written */
	STORE_WRITE, /* created with mode 0600 and migrated when needed */
	STORE_TRY,   /* as STORE_WRITE, but nothing stays: what is written is
			rolled back by store_close(), store_begin and store_commit
			do nothing; in memory when there is no such file yet */
	/* a new mirror (tables/mirror.h): the path is only a name for messages.
	 * It is held in memory, and in a temporary file once it is large; it is
	 * gone with store_close() */
	STORE_MIRROR
};

struct store *store_open(const char *path, enum store_access, struct fault *);
void store_close(struct store *); /* NULL is legal; rolls back what is open */

/*
 * Close the database, but keep the lock: SQLite must not be open when a
 * process forks.  store_attach() opens it again, in any of the two processes.
 */
void store_detach(struct store *);
int store_attach(struct store *, struct fault *);

/*
 * Whether the files that are open still have their names.  When somebody has
 * moved or removed them, what is committed is lost, and no mail may be touched
 * on the server.  0, or -1 with a fault of exit code 74 that says so.
 */
int store_is_in_place(struct store *, struct fault *);

/*
 * Hold the lock of a poll (a file beside the database) until store_close();
 * FAULT_HOST with exit code 75 and the holder's pid and start when another run
 * has it.
 */
int store_lock(struct store *, struct fault *);

/*
 * Hold the lock of the process that runs [notify] command (another file beside
 * the database) until store_close().  Wait up to so many seconds for another
 * process that holds it, then fail with exit code 75.  If this store holds the
 * lock of a poll, this process drops it: the parent that forked us keeps it.
 */
int store_lock_to_notify(struct store *, unsigned seconds, struct fault *);

/*
 * A write transaction; imports wait for each other by the busy timeout.  What
 * adds messages, reports and rejects must be in one.  For STORE_READ: one view
 * of the store, whatever others write meanwhile.
 */
int store_begin(struct store *, struct fault *);
int store_commit(struct store *, struct fault *);
void store_rollback(struct store *);

/*
 * One view of the store until store_end_view(), whatever others write
 * meanwhile; also for a store that is open for writing, which it does not
 * lock.  Nothing may be written before its end.
 */
int store_begin_view(struct store *, struct fault *);
void store_end_view(struct store *);

#endif
