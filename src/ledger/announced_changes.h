#ifndef LEDGER_ANNOUNCED_CHANGES_H
#define LEDGER_ANNOUNCED_CHANGES_H

#include <stddef.h>

#include "model/announced.h"

struct arena;
struct fault;
struct store;

/* Read what `summary --changes` told last, by kind and key, into the arena. */
int store_read_announced(struct store *, struct arena *,
    const struct announced **list, size_t *n, struct fault *);

/* Replace all of it by this list, in the open transaction. */
int store_write_announced(
    struct store *, const struct announced *list, size_t n, struct fault *);

#endif
