#ifndef STORE_COUNTED_COPY_H
#define STORE_COUNTED_COPY_H

#include <stdint.h>

struct fault;
struct store;

/*
 * Of two copies of a report that contradict each other, let the conflicting one
 * count and the other take its place in quarantine, under the entry of that
 * number; in a transaction.  The day must not have been pruned.
 */
int counted_copy_swap(struct store *, int64_t quarantined, int64_t counted,
    int64_t conflict, struct fault *);

#endif
