#ifndef UPKEEP_DROP_REPORT_H
#define UPKEEP_DROP_REPORT_H

#include <stdint.h>

#include "model/dropped_report.h"

struct arena;
struct fault;
struct store;

/*
 * Take a report out with its figures, in the open transaction.  With one that
 * counts go the copies in conflict with it, which wait in quarantine for a
 * decision between them.  What went is remembered by key and content, so that
 * the same mail is a duplicate when it comes again.  Faults: exit code 66 for
 * an unknown number, 65 for a report on a day whose details were pruned.
 */
int store_drop_report(struct store *, int64_t report, struct arena *,
    struct store_dropped *, struct fault *);

#endif
