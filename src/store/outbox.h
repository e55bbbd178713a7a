#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include <stdint.h>

#include "model/tls_report.h"

struct fault;
struct report_key;
struct store;

/*
 * The table outbox: what a shared store is to be told, in the order of commits.
 */

enum outbox_event {
	OUTBOX_REPORT, /* it is vouched for otherwise, or arrived earlier than
			  was known */
	OUTBOX_DECIDE, /* somebody had it count; its row says when */
	OUTBOX_DROP    /* somebody took it out; its row is still there */
};

/*
 * Let SQL know report_identity(organization, report_id, start, end), which the
 * statements here and the migration of old stores use.
 */
int outbox_install(struct store *, struct fault *);

/*
 * Add the event of a report that was just stored, in its transaction; `content`
 * is its digest.
 */
int outbox_tell_stored(struct store *, int64_t report,
    const struct report_key *, const unsigned char content[REPORT_DIGEST],
    struct fault *);

/* Add an event about a stored report, in the transaction of what it tells. */
int outbox_tell(
    struct store *, enum outbox_event, int64_t report, struct fault *);

#endif
