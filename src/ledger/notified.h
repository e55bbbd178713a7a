#ifndef LEDGER_NOTIFIED_H
#define LEDGER_NOTIFIED_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct store;

/* A problem that [notify] command was told, and how bad it was then. */
struct notified {
	int64_t problem;
	uint64_t failed; /* failed_last_7_days */
};

/* All of them by number, in the arena. */
int store_read_notified(struct store *, struct arena *,
    const struct notified **, size_t *n, struct fault *);

/* Put one in, or in place of what was told before; within a transaction. */
int store_set_notified(struct store *, const struct notified *, struct fault *);

/* Forget one, told or not; within a transaction. */
int store_forget_notified(struct store *, int64_t problem, struct fault *);

#endif
