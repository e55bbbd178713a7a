#ifndef LEDGER_POSTS_H
#define LEDGER_POSTS_H

#include <stdint.h>

struct fault;
struct store;

/*
 * What is POSTed, counted by UTC day and address, so that one address cannot
 * bring without end; and when a POST last had the CSV folder refreshed.  `now`
 * is in seconds since 1970 UTC.
 */

/* How many POSTs of an address were counted on the day of `now`. */
int store_count_posts(struct store *, const char *address, int64_t now,
    int64_t *posts, struct fault *);

/*
 * Count one more, in the transaction that stores what was POSTed; `*posts` gets
 * the number with it.  Earlier days are forgotten.
 */
int store_add_post(struct store *, const char *address, int64_t now,
    int64_t *posts, struct fault *);

/*
 * In that transaction, too: 1 when the last refresh was `every` seconds ago or
 * more; it is noted for now then, so that of several processes one alone does
 * it.  0 when it is not due, or -1 with a fault.
 */
int store_claim_refresh(
    struct store *, int64_t now, unsigned every, struct fault *);

#endif
