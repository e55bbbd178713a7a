#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/message.h"
#include "ingest/examine.h"

struct fault;
struct store;
struct store_mailbox;

struct ingest_settings {
	struct examine_settings examine;
	bool keep_raw;
};

/* What a run did. */
struct ingest_counts {
	uint64_t messages; /* looked at */
	uint64_t reports;  /* attachments that claim to be one; the sum of */
	uint64_t imported, duplicate, conflict, rejected; /* these four */
	uint64_t no_report; /* messages without any */
	uint64_t warnings;  /* reports imported with any */
	uint64_t bytes;	    /* of the messages */
};

/* The pipeline down into a store; batches of messages commit together. */
struct ingest;

struct ingest *ingest_open(struct store *, const struct ingest_settings *);

/*
 * The folder's cursor, which every commit from now on writes with what it
 * holds; the caller moves it on behind each message done.  NULL: none.
 */
void ingest_set_cursor(struct ingest *, const struct store_mailbox *);

/*
 * What is to be done on the server with the mails of that folder, noted in the
 * store with each mail's verdict: when all its reports were imported or
 * duplicates, and when one was rejected or conflicts.  "" for nothing, which
 * is also what becomes of a mail that is not kept in full.
 */
void ingest_set_actions(
    struct ingest *, const char *after_import, const char *after_reject);

/* What was found in one message, before it is stored. */
struct ingest_verdict {
	unsigned accepted, rejected; /* candidates */
};

/*
 * Judge a message and add the outcome to the present batch.  Trouble with it
 * is logged once it is stored, naming source and UID.  -1 only with
 * FAULT_HOST: the store failed, and nothing of the batch is stored.  Nothing
 * may be committed after that.
 */
int ingest_message(struct ingest *, const struct message *,
    struct ingest_verdict *, struct fault *);

/* Commit what waits, and the cursor. */
int ingest_commit(struct ingest *, struct fault *);

/*
 * The same if enough waits, or a large message holds a transaction open: to be
 * called behind each message, once the cursor has moved.
 */
int ingest_commit_if_due(struct ingest *, struct fault *);

const struct ingest_counts *ingest_counts(const struct ingest *);

/* What was not committed is dropped; NULL is legal. */
void ingest_close(struct ingest *);

#endif
