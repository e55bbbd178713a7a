#ifndef STORE_ANNOUNCED_CHANGES_H
#define STORE_ANNOUNCED_CHANGES_H

#include <stddef.h>

#include "model/announced.h"

struct arena;
struct fault;
struct store;

/* What was told last, in the arena, by kind and key. */
int store_read_announced(struct store *, struct arena *,
    const struct announced **list, size_t *n, struct fault *);

/* Put these in the place of all; in a transaction. */
int store_write_announced(
    struct store *, const struct announced *list, size_t n, struct fault *);

#endif
