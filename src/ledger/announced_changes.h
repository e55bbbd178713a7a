#ifndef LEDGER_ANNOUNCED_CHANGES_H
#define LEDGER_ANNOUNCED_CHANGES_H

#include <stddef.h>

#include "model/announced.h"

struct arena;
struct fault;
struct store;

/*
 * What `summary --changes` told last, so that it tells only what changed since.
 * [notify] command has a memory of its own (ledger/notified.h).
 */

/* Read the list, sorted by kind and key, into the arena. */
int store_read_announced(struct store *, struct arena *,
    const struct announced **list, size_t *n, struct fault *);

/* Replace the list by this one, in the open transaction. */
int store_write_announced(
    struct store *, const struct announced *list, size_t n, struct fault *);

#endif
