#ifndef INGEST_BATCH_H
#define INGEST_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "model/message.h"
#include "model/tls_report.h"
#include "base/span.h"
#include "store/mailboxes.h"
#include "store/rejects.h"
#include "store/store.h"

/* What became of one attachment that claims to be a report. */
struct outcome {
	struct outcome *next;
	const struct report *report; /* NULL: refused */
	struct span raw;	     /* of a report: its gzip file */
	struct store_reject reject;
};

/* A message that was judged and waits to be stored. */
struct judged {
	struct judged *next;
	struct message message; /* without its bytes */
	struct mail_head head;
	struct outcome *outcomes, **last;
};

/*
 * Messages that are stored in one transaction, with how far their folder is
 * read once they are.  Whoever has a batch has all of it: nothing in it is
 * shared with another.
 */
struct batch {
	struct arena arena; /* what it lives in */
	struct judged *first, **last;
	size_t n;
	double since; /* when its first message was begun; timing_now() */
	bool has_cursor;
	struct store_mailbox cursor;
	/* what the server shall do with its mails; "": nothing */
	const char *after_import, *after_reject;
};

/* Empty it; also what a new one begins with. */
void batch_reset(struct batch *);
void batch_free(struct batch *);

/*
 * Large enough that commits cost little, small enough that memory stays flat
 * and that no more than seconds of work wait for the next one.
 */
bool batch_is_full(const struct batch *);

/* So large, by a mail that is, that another one may be too much. */
bool batch_is_large(const struct batch *);

/* The message behind those in it; its texts are copied, its bytes left out. */
struct judged *batch_add(struct batch *, const struct message *);

/* One more outcome of that message. */
struct outcome *batch_add_outcome(struct batch *, struct judged *);

#endif
