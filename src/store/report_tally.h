#ifndef STORE_REPORT_TALLY_H
#define STORE_REPORT_TALLY_H

#include <stdint.h>

struct fault;
struct store;

/* Add the figures of a stored report to the totals, or with -1 take them out.
 */
int report_tally(struct store *, int64_t report, int sign, struct fault *);

/* Delete a report with its entries, bytes and place in quarantine. */
int report_delete(struct store *, int64_t report, struct fault *);

/*
 * Delete a copy that is in conflict with the counted report.  With the last one
 * goes that report's warning report-id-conflict.
 */
int report_drop_conflict(
    struct store *, int64_t report, int64_t counted, struct fault *);

#endif
