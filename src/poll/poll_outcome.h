#ifndef POLL_POLL_OUTCOME_H
#define POLL_POLL_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

struct ingest;
struct ingest_counts;

/* How the poll of a mailbox ended. */
struct poll_outcome {
	bool begun;		/* false: it was stopped before */
	int status;		/* exit code, also when grace forgives it */
	char error[FAULT_TEXT]; /* "" when it ended well */
	uint64_t messages, imported, rejected; /* as in ingest_counts */
	int64_t duration;		       /* milliseconds */
};

/*
 * Note how a mailbox ended that was begun at `began` (timing_now()), when
 * `before` had been counted.
 */
void poll_outcome_note(struct poll_outcome *, const struct fault *,
    const struct ingest_counts *before, const struct ingest *, double began);

#endif
