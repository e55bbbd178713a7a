#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ingest/examine.h"
#include "model/message.h"

struct fault;
struct store;
struct store_mailbox;
struct vouching;

struct ingest_settings {
	struct examine_settings examine;
	bool keep_raw;
};

/* What a run did. */
struct ingest_counts {
	uint64_t messages;
	uint64_t reports; /* attachments that claim to be one: each is also
			     counted in one of the next five */
	uint64_t imported, duplicate, conflict, rejected;
	uint64_t deferred;   /* put off until DNS answers */
	uint64_t no_report;  /* messages that hold no report */
	uint64_t warnings;   /* reports imported with a warning */
	uint64_t unverified; /* reports imported that nobody vouches for */
	uint64_t waiting;    /* mails that wait for DNS */
	uint64_t bytes;	     /* of the messages */
};

/*
 * The pipeline down into a store.  Messages are committed in batches.  What
 * becomes of them, and in which order, is the same whether a thread examines
 * them or not.
 */
struct ingest;

struct ingest *ingest_open(struct store *, const struct ingest_settings *);

/*
 * Set the folder's cursor.  Each commit writes it; the caller moves it on
 * behind each message that is done.  NULL: no cursor.
 */
void ingest_set_cursor(struct ingest *, const struct store_mailbox *);

/*
 * Set what is to be done on the server with the mails of that folder: one
 * action for mails whose reports were all imported or duplicates, another for
 * mails with a report that was rejected or conflicts; "" for nothing.  The
 * action is noted in the store with the mail's verdict.  Nothing is done with a
 * mail whose bytes are not all kept.  No mail may wait to be examined.
 */
void ingest_set_actions(
    struct ingest *, const char *after_import, const char *after_reject);

/*
 * Set how the mails from now on are judged.  No mail may wait to be examined,
 * and the struct must outlive the ingest.
 */
void ingest_set_vouching(struct ingest *, const struct vouching *);

/* What was found in messages, before they are stored. */
struct ingest_verdict {
	unsigned mails;		     /* those that hold a candidate */
	unsigned accepted, rejected; /* candidates */
	const char *code; /* of the first that was rejected; NULL: none was */
};

/*
 * Judge a message and add the outcome to the present batch.  Trouble with it
 * is logged once it is stored, naming source and UID.  -1 only with
 * FAULT_HOST: the store failed, and nothing of the batch is stored.  Nothing
 * may be committed after that.
 */
int ingest_message(struct ingest *, const struct message *,
    struct ingest_verdict *, struct fault *);

/*
 * The same for one of many messages: it is copied, and a thread judges it while
 * the caller reads the next ones.  The message may point to nothing but its
 * source and bytes.  From now on until ingest_settle() or ingest_commit() the
 * caller must not use the store, and a fault may be due to an earlier message.
 */
int ingest_queue(struct ingest *, const struct message *, struct fault *);

/*
 * Wait until all queued messages are judged.  `found` gets what was found in
 * those queued since the last call.
 */
int ingest_settle(
    struct ingest *, struct ingest_verdict *found, struct fault *);

/*
 * Begin the transaction that the next commit ends, for a caller that has more
 * to write in it.  No message may be added in between.
 */
int ingest_begin(struct ingest *, struct fault *);

/* Wait until all messages are judged; commit what came of them, and the cursor.
 */
int ingest_commit(struct ingest *, struct fault *);

/*
 * Commit if enough messages wait for it, or if a large one holds a transaction
 * open.  Call it after each message, once the cursor has moved on.
 */
int ingest_commit_if_due(struct ingest *, struct fault *);

const struct ingest_counts *ingest_counts(const struct ingest *);

/* What was not committed is dropped; NULL is legal. */
void ingest_close(struct ingest *);

#endif
