#ifndef UPKEEP_PRUNE_H
#define UPKEEP_PRUNE_H

#include <stdint.h>

#include "model/pruning.h"

struct fault;
struct store;

/* Count what a prune would drop, and drop nothing. */
int store_prune_count(struct store *, const struct store_prune *,
    struct store_pruned *, struct fault *);

/* Count the days that a prune leaves alone since a conflict waits there. */
int store_prune_left(
    struct store *, const struct store_prune *, int64_t *days, struct fault *);

/*
 * Count the days that a prune with keep_unshipped leaves alone since something
 * of their reports is not in the shared store yet, as far as is known here.
 */
int store_prune_unshipped(
    struct store *, const struct store_prune *, int64_t *days, struct fault *);

/* How far a prune has come.  Zero-initialise. */
struct store_prune_place {
	char date[16];
	int64_t report;
	int64_t told; /* of outbox, up to which it was looked at */
};

/*
 * Drop the next reports' details or bytes, a bounded number in a transaction of
 * its own, and add them to the sum: 1, or 0 when nothing is left to drop.
 */
int store_prune_some(struct store *, const struct store_prune *,
    struct store_prune_place *, struct store_pruned *, struct fault *);

/*
 * Shrink the file by some of its free pages, a bounded step: 1 with the bytes
 * added to `*bytes`, or 0 when no free page is left.
 */
int store_give_back(struct store *, int64_t *bytes, struct fault *);

#endif
