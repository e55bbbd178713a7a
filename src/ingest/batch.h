#ifndef INGEST_BATCH_H
#define INGEST_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"
#include "ledger/mailboxes.h"
#include "model/message.h"
#include "model/tls_report.h"
#include "store/rejects.h"

/* What became of one attachment that claims to be a report. */
struct outcome {
	struct outcome *next;
	const struct report *report; /* NULL: refused */
	struct span raw; /* of a report: its gzip file; empty: not kept */
	struct store_reject reject;
	bool deferred; /* neither: nobody can say yet who vouches for it */
	/* it is no attachment but the mail itself, in `reject`: it waits in
	 * quarantine to be judged again when DNS answers */
	bool waits;
};

/* What the outcomes of one message add up to. */
struct tally {
	bool any, rejected, conflict, imported, deferred;
	bool repeated_conflict; /* a duplicate, but of a conflict */
	bool lost;  /* the store could not keep all of the mail's bytes */
	bool waits; /* DNS is to be asked again */
};

/* A message that was judged and waits to be stored. */
struct judged {
	struct judged *next;
	struct message message; /* without its bytes */
	struct mail_head head;
	struct outcome *outcomes, **last; /* those not stored yet */
	struct tally tally;		  /* of those stored */
	int64_t id; /* the store's number of it; 0: nothing is stored yet */
};

/* A DKIM key by which some mail of the batch was found signed. */
struct batch_key {
	struct batch_key *next;
	const char *name;
	struct span record;
};

/*
 * Messages that are stored in one transaction, with how far their folder is
 * read once they are.
 */
struct batch {
	struct arena mails;   /* the messages and their heads */
	struct arena reports; /* the outcomes, with all they point to */
	struct judged *first, **last;
	size_t n;
	struct batch_key *keys; /* each once, in the arena `mails` */
	size_t n_keys;
	double since; /* timing_now() when its first message was added */
	bool has_cursor;
	struct store_mailbox cursor;
	/* what the server shall do with its mails; "": nothing */
	const char *after_import, *after_reject;
};

/* Empty a batch.  A new one must be emptied, too, before it is used. */
void batch_reset(struct batch *);
void batch_free(struct batch *);

/*
 * Whether it is time to store it: so large that the commit costs little beside
 * its messages, or some seconds old, so that little is lost by a crash.
 */
bool batch_is_full(const struct batch *);

/*
 * Whether `n` mails with `bytes` bytes, of which the first came at `since`
 * (timing_now()), are enough for a batch although they are not examined yet.
 */
bool batch_has_enough(size_t n, size_t bytes, double since);

/*
 * Whether the outcomes take so much memory that they should be stored before
 * the next one is added, although their message may have more.
 */
bool batch_is_heavy(const struct batch *);

/* Add a message; its texts are copied, its bytes left out. */
struct judged *batch_add(struct batch *, const struct message *);

/* Add one more outcome of that message, which is the last one added. */
struct outcome *batch_add_outcome(struct batch *, struct judged *);

/* Keep a key, unless the batch has it; of very many, only the first. */
void batch_note_key(struct batch *, const char *name, struct span record);

/* Forget all outcomes, and all messages but the last: they are stored. */
void batch_forget_outcomes(struct batch *);

#endif
