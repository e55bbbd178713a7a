#ifndef INGEST_STORE_BATCH_H
#define INGEST_STORE_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest/ingest.h"

struct batch;
struct fault;
struct store;

/* The storing of one run's batches, and what they add up to. */
struct storing {
	struct store *store;
	uint64_t quarantine_max; /* limits.quarantine */
	struct ingest_counts counts;
	struct ingest_counts committed; /* the counts without the open batch */
	bool in_transaction;
	bool quarantine_full; /* it was warned of, which is done once a run */
};

/* Begin the transaction of the next batch, unless it is open. */
int store_batch_begin(struct storing *, struct fault *);

/*
 * Store a batch and its cursor in one transaction.  What is wrong with its
 * messages is logged, naming source and UID.  -1 with FAULT_HOST when the
 * store failed: nothing of the batch is stored or counted then.
 */
int store_batch(struct storing *, const struct batch *, struct fault *);

/*
 * Store what is in the batch so far, and leave the transaction open: the last
 * message may still get outcomes.  The caller then forgets what is stored, and
 * ends the transaction with store_batch().  -1 as there.
 */
int store_batch_so_far(struct storing *, struct batch *, struct fault *);

/* Roll back a transaction that is open. */
void store_batch_abandon(struct storing *);

#endif
