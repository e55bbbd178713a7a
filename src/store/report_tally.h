#ifndef STORE_REPORT_TALLY_H
#define STORE_REPORT_TALLY_H

#include <stdint.h>

struct fault;
struct store;

/* Add the figures of a stored report to the totals, or with -1 take them out.
 */
int report_tally(struct store *, int64_t report, int sign, struct fault *);

#endif
