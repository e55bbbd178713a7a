#ifndef MODEL_NOT_DETAILED_H
#define MODEL_NOT_DETAILED_H

#include <stdbool.h>

struct failure;
struct policy;

/*
 * Failed sessions of a policy entry that none of its failure details speaks of,
 * as a failure of their own of result type "not-detailed", so that failures
 * never add up to less than the entry's total.  False when there are none.
 */
bool failure_not_detailed(const struct policy *, struct failure *rest);

#endif
