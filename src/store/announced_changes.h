#ifndef STORE_ANNOUNCED_CHANGES_H
#define STORE_ANNOUNCED_CHANGES_H

#include <stddef.h>

#include "model/announced.h"

struct arena;
struct fault;
struct store;

/* What was told last, in the arena, by kind and key. */
int store_read_told(struct store *, struct arena *, const struct told **list,
    size_t *n, struct fault *);

/* Put these in the place of all; in a transaction. */
int store_write_told(
    struct store *, const struct told *list, size_t n, struct fault *);

#endif
