#ifndef INGEST_FILL_BATCH_H
#define INGEST_FILL_BATCH_H

#include <stdbool.h>

#include "base/buf.h"

struct batch;
struct examiner;
struct fault;
struct ingest_verdict;
struct message;

/* What messages are examined with on their way into batches. */
struct batch_filler {
	struct examiner *examiner;
	bool keep_raw;
	struct buf packed; /* its bound is set; freed by the owner */
	/*
	 * Called when what a message holds takes so much memory that it is to
	 * be stored before more is added: stores and forgets the outcomes that
	 * are in the batch.  -1 ends the message.
	 */
	int (*relieve)(void *arg, struct batch *, struct fault *);
	void *arg;
};

/*
 * Examine a message and add it with its outcomes to a batch; what was found is
 * added to the verdict.  -1 when relieve() returned that; the batch is empty
 * then.
 */
int fill_batch(struct batch_filler *, struct batch *, const struct message *,
    struct ingest_verdict *, struct fault *);

#endif
