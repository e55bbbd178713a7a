#ifndef STORE_TOLD_H
#define STORE_TOLD_H

#include <stddef.h>

#include "base/told.h"

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
