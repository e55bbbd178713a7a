#ifndef POSTGRESQL_SHARED_FILTER_H
#define POSTGRESQL_SHARED_FILTER_H

#include <stddef.h>

#include "postgresql/binary_array.h"
#include "postgresql/connection.h"

/* What a reading is narrowed to, as parameters of a statement. */

/* A day, "2026-11-23"; NULL stands for no bound, and is one there. */
struct pg_value shared_day(const char *);

/*
 * An array of texts, in `room`, whose bytes the caller frees; a NULL there,
 * which stands for all, when there are none.
 */
struct pg_value shared_texts(
    struct binary_array *room, const char *const *, size_t n);

#endif
