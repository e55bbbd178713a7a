#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/tls_report.h"
#include "model/row.h"
#include "base/span.h"

struct fault;
struct message;

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
	STORE_TRY    /* as STORE_WRITE, but nothing stays: what is written is
			rolled back by store_close(), store_begin and store_commit
			do nothing; in memory when there is no such file yet */
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
 * Hold the lock of a poll (a file beside the database) until store_close();
 * FAULT_HOST with exit code 75 and the holder's pid and start when another run
 * has it.
 */
int store_lock(struct store *, struct fault *);

/*
 * A write transaction; imports wait for each other by the busy timeout.  What
 * adds messages, reports and rejects must be in one.  For STORE_READ: one view
 * of the store, whatever others write meanwhile.
 */
int store_begin(struct store *, struct fault *);
int store_commit(struct store *, struct fault *);
void store_rollback(struct store *);

/* A folder of a configured mailbox and how far it was read. */
struct store_mailbox {
	int64_t id;
	uint32_t uidvalidity; /* 0: never read */
	uint32_t uid;	      /* all up to here are done */
	int64_t last_good; /* when it was last polled well, seconds since 1970;
			      0: never.  Not written by store_set_cursor */
};

/* Find it by name and folder (UTF-8), or create it. */
int store_mailbox(struct store *, const char *name, const char *folder,
    struct store_mailbox *, struct fault *);

/* Find it and create nothing: 1, 0 when it is not there, or -1. */
int store_find_mailbox(struct store *, const char *name, const char *folder,
    struct store_mailbox *, struct fault *);

/* Write how far it was read. */
int store_set_cursor(
    struct store *, const struct store_mailbox *, struct fault *);

/*
 * How a poll of a folder ended: `when` (seconds since 1970), the exit code it
 * came to (0: well) and its fault's text ("").
 */
int store_poll_ended(struct store *, int64_t mailbox, int64_t when, int status,
    const char *text, struct fault *);

/*
 * Record a message before its reports; again for the same mailbox, UIDVALIDITY
 * and UID, or the same file, it is the same row.  `*id` gets its number.
 */
int store_add_message(struct store *, const struct message *,
    const struct mail_head *, int64_t *id, struct fault *);

/*
 * "imported", "duplicate", "conflict", "rejected" or "no_report"; for every
 * message added, in the same transaction.  One that was looked at before and
 * holds but duplicates now keeps the verdict it had.
 */
int store_message_verdict(
    struct store *, int64_t id, const char *verdict, struct fault *);

enum store_outcome {
	STORE_IMPORTED,
	STORE_DUPLICATE, /* same identity, same content: nothing added */
	STORE_CONFLICT	 /* same identity, other content: kept, not counted */
};

/*
 * Store a report of a message once; what the outcome is, is decided by the
 * identity (organization, report-id, start, end) and the content digest.
 * `raw` is its gzip file; empty when it is not to be kept.  A copy equal to a
 * conflict that is stored is a duplicate, too.  The warnings stored are the
 * report's and, where they apply, report-id-conflict (on both copies) and
 * report-id-reused.
 */
struct store_added {
	enum store_outcome outcome;
	int64_t report; /* its number; that of the stored copy for a duplicate*/
	bool reused;	/* organization and report-id are stored with another
			   range; not looked at for a duplicate */
	bool of_conflict;    /* a duplicate of a copy that is a conflict */
	int64_t quarantined; /* a conflict's number in quarantine; else 0 */
};
int store_add_report(struct store *, int64_t message, const struct report *,
    struct span raw, struct store_added *, struct fault *);

/* What could not be imported. */
struct store_reject {
	const char *code;     /* reason */
	const char *where;    /* place; "" */
	const char *filename; /* of the attachment; "" */
	struct span bytes;    /* as received; kept once, known by SHA-256 */
	bool whole_mail;      /* bytes is the mail, not an attachment */
};

struct store_rejected {
	bool added; /* false: these bytes (for empty ones: this message and
		       code) were there already */
	bool kept;  /* the bytes are, too */
	int64_t id; /* its number in quarantine */
};

/*
 * Put it in quarantine.  Past `limit` bytes in all, only the facts are kept.
 */
int store_add_reject(struct store *, int64_t message,
    const struct store_reject *, uint64_t limit, struct store_rejected *,
    struct fault *);

/* The newest day any counted report belongs to; "" in an empty store. */
int store_newest_day(struct store *, char day[static 16], struct fault *);

/*
 * When the newest of the counted reports ends, seconds since 1970; 0 in an
 * empty store.  Of those that begin on its newest day.
 */
int store_newest_end(struct store *, int64_t *end, struct fault *);

/* What is stored, for `status`. */
struct store_status {
	int64_t messages;
	int64_t reports;   /* that are counted */
	int64_t conflicts; /* reports that are not */
	int64_t quarantined;
	int64_t repeated; /* counted, with another's content: report-repeated */
	int64_t bytes;	  /* of the database file */
	int64_t failures; /* rows of the table failures */
	int64_t sessions; /* the sum of counted_sessions */
	char first_day[16], last_day[16]; /* "" in an empty store */
};
int store_status(struct store *, struct store_status *, struct fault *);

/*
 * The folders polled: mailbox, folder, uidvalidity, uid, last_poll, last_good,
 * status, error, messages, reports; for `status`.
 */
int store_read_mailboxes(
    struct store *, const struct row_sink *, struct fault *);

#endif
