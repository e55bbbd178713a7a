#ifndef STORE_COUNTED_COPY_H
#define STORE_COUNTED_COPY_H

#include <stdbool.h>
#include <stdint.h>

#include "model/report_copy.h"

struct fault;
struct store;

/* Which of two copies of a report counts, and why. */
struct counted_copy {
	bool swapped; /* the one in conflict counts from now on */
	enum report_copy_reason why;
	/* the one in conflict should count, but the details of its day were
	   pruned, so that the day cannot be counted with it */
	bool is_pruned;
};

/*
 * Hold a copy in conflict against the counted one, in the open transaction,
 * since it is new or something better is known of it: when it comes first by
 * report_copy_order(), it counts, and the other takes its place in quarantine.
 * The rollups follow before the commit.
 */
int counted_copy_settle(struct store *, int64_t counted, int64_t conflict,
    struct counted_copy *, struct fault *);

/* The same with all copies in conflict, since the counted one got worse. */
int counted_copy_settle_all(
    struct store *, int64_t counted, struct counted_copy *, struct fault *);

#endif
