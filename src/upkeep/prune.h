#ifndef UPKEEP_PRUNE_H
#define UPKEEP_PRUNE_H

#include <stdint.h>

#include "model/pruning.h"

struct fault;
struct store;

/* Count what store_prune_some() would drop, and drop nothing. */
int store_prune_count(struct store *, const struct store_prune *,
    struct store_pruned *, struct fault *);

/* Count the days that are left alone because a conflict waits there. */
int store_prune_left(
    struct store *, const struct store_prune *, int64_t *days, struct fault *);

/*
 * Count the days that are left alone with keep_unshipped, because some event of
 * their reports was not shipped yet, as far as this store knows
 * (journal_shipped()).
 */
int store_prune_unshipped(
    struct store *, const struct store_prune *, int64_t *days, struct fault *);

/* How far a prune has come.  Zero-initialise. */
struct store_prune_place {
	char date[16];
	int64_t report;
	int64_t told; /* event of the outbox up to which it has looked */
};

/*
 * Drop the details or bytes of the next reports, a bounded number of them in a
 * transaction of its own, and add what went to the sum.  1; or 0 when nothing
 * is left to drop.
 */
int store_prune_some(struct store *, const struct store_prune *,
    struct store_prune_place *, struct store_pruned *, struct fault *);

/*
 * Shrink the file by some of its free pages, a bounded number of them, and add
 * their bytes to `*bytes`.  1; or 0 when no free page is left.
 */
int store_give_back(struct store *, int64_t *bytes, struct fault *);

#endif
