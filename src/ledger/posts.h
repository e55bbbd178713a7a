#ifndef LEDGER_POSTS_H
#define LEDGER_POSTS_H

#include <stdint.h>

struct fault;
struct store;

/*
 * POSTs counted by UTC day and address, so that one address cannot fill the
 * store; and when a POST last had the CSV folder refreshed.  `now` is in
 * seconds since 1970 UTC.
 */

/* How many POSTs of an address were counted on the day of `now`. */
int store_count_posts(struct store *, const char *address, int64_t now,
    int64_t *posts, struct fault *);

/*
 * Count one more, in the transaction that stores what was POSTed; `*posts` gets
 * the number that includes it.  The counts of earlier days are forgotten.
 */
int store_add_post(struct store *, const char *address, int64_t now,
    int64_t *posts, struct fault *);

/*
 * Whether this POST has to refresh the CSV folder; in the same transaction.  1
 * when the last refresh was `every` seconds ago or more: this one is noted at
 * once, so that only one of several processes does it.  0 when it is not due.
 */
int store_claim_refresh(
    struct store *, int64_t now, unsigned every, struct fault *);

#endif
