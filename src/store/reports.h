#ifndef STORE_REPORTS_H
#define STORE_REPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "model/report_copy.h"

struct fault;
struct report;
struct store;

/* Codes of what only the store can see (requirements R57 and R59). */
#define REPORT_ID_CONFLICT "report-id-conflict"
#define REPORT_ID_REUSED "report-id-reused"

enum store_outcome {
	STORE_IMPORTED,
	STORE_DUPLICATE, /* same identity, same content: nothing added */
	STORE_CONFLICT	 /* same identity, other content: kept, not counted */
};

/*
 * Store a report of a message once; what the outcome is, is decided by the
 * identity (organization, report-id, start, end) and the content digest.
 * `raw` is its gzip file; empty when it is not to be kept.  A copy equal to a
 * conflict that is stored is a duplicate, too.  Of duplicates the better word
 * on who vouches for it stands, and the earliest arrival.  Of copies with other
 * content the one counts that comes first by report_copy_order(), so the order
 * in which mails are stored makes no difference.  The warnings stored are the
 * report's and, where they apply, report-id-conflict (on all copies) and
 * report-id-reused (on those of all ranges but the earliest).
 */
struct store_added {
	enum store_outcome outcome;
	/* its number, for a duplicate that of the stored copy; 0 for a copy of
	   one that was taken out again */
	int64_t report;
	bool reused;	  /* organization and report-id are stored with another
			     range; not looked at for a duplicate */
	bool of_conflict; /* a duplicate of a copy that is a conflict */
	int64_t quarantined; /* a conflict's number in quarantine; else 0 */
	bool displaced;	     /* it counts in place of a stored copy with other
				content, which has that number in quarantine now
			      */
	/* for a conflict or where it displaced one: what made the difference */
	enum report_copy_reason why;
	bool is_pruned; /* it should count, but its day was pruned */
};
int store_add_report(struct store *, int64_t message, const struct report *,
    struct span raw, struct store_added *, struct fault *);

#endif
