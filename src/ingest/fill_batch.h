#ifndef INGEST_FILL_BATCH_H
#define INGEST_FILL_BATCH_H

#include <stdbool.h>

#include "base/buf.h"

struct batch;
struct examiner;
struct fault;
struct ingest_verdict;
struct message;

/* How messages are examined and put into batches. */
struct batch_filler {
	struct examiner *examiner;
	bool keep_raw;	   /* the gzip file of each report, too */
	struct buf packed; /* for these; the owner sets its max and frees it */
	/*
	 * Called when the reports of a message take too much memory: stores
	 * the outcomes that are in the batch and forgets them, so that more
	 * can be added.  After -1 nothing more of the message is examined.
	 */
	int (*relieve)(void *arg, struct batch *, struct fault *);
	void *arg;
};

/*
 * Examine a message and add it with its outcomes to a batch; what was found is
 * added to the verdict.  Returns 0; or -1 with the fault of relieve(), and the
 * batch is empty.
 */
int fill_batch(struct batch_filler *, struct batch *, const struct message *,
    struct ingest_verdict *, struct fault *);

#endif
