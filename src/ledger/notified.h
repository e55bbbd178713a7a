#ifndef LEDGER_NOTIFIED_H
#define LEDGER_NOTIFIED_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct store;

/* A problem of which [notify] command was told, and how bad it was then. */
struct notified {
	int64_t problem;
	uint64_t failed; /* failed_last_7_days */
};

/* Read all of them, sorted by number, into the arena. */
int store_read_notified(struct store *, struct arena *,
    const struct notified **, size_t *n, struct fault *);

/* Remember one, in place of what was told of it before; in the open
 * transaction. */
int store_set_notified(struct store *, const struct notified *, struct fault *);

/* Forget a problem, if it is remembered; in the open transaction. */
int store_forget_notified(struct store *, int64_t problem, struct fault *);

#endif
