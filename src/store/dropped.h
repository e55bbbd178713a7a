#ifndef STORE_DROPPED_H
#define STORE_DROPPED_H

#include <stdint.h>

struct fault;
struct store;

/*
 * Delete a stored report with its entries, bytes and place in quarantine, since
 * somebody does not want it: the same content is a duplicate when it comes
 * again, and the outbox tells of it.  Its figures are the caller's.
 */
int dropped_report(struct store *, int64_t report, struct fault *);

/*
 * The same for a copy that is in conflict with the counted report.  With the
 * last one goes that report's warning report-id-conflict.
 */
int dropped_conflict(
    struct store *, int64_t report, int64_t counted, struct fault *);

#endif
