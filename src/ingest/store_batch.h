#ifndef INGEST_STORE_BATCH_H
#define INGEST_STORE_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest/ingest.h"

struct batch;
struct fault;
struct store;

/* Batches on their way into a store, and what they add up to. */
struct recorder {
	struct store *store;
	uint64_t quarantine_max; /* limits.quarantine */
	struct ingest_counts counts;
	double seconds;	      /* spent in the store */
	bool quarantine_full; /* said once a run */
};

/*
 * Store a batch and its cursor in one transaction, and say what is wrong with
 * its messages, naming source and UID.  -1 with FAULT_HOST when the store
 * failed: nothing of it is stored or counted then.
 */
int record_batch(struct recorder *, const struct batch *, struct fault *);

#endif
