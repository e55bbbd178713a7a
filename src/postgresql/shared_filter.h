#ifndef POSTGRESQL_SHARED_FILTER_H
#define POSTGRESQL_SHARED_FILTER_H

#include <stddef.h>
#include <stdint.h>

#include "postgresql/binary_array.h"
#include "postgresql/connection.h"

/* Days, domains and organizations to read, as parameters of a statement. */

/* A day, "2026-11-23"; for NULL, which is no bound, SQL's NULL. */
struct pg_value shared_day(const char *);

/*
 * An array of `n` texts, made in `room`, whose bytes the caller frees.  For
 * none, which stands for all, SQL's NULL.
 */
struct pg_value shared_texts(
    struct binary_array *room, const char *const *, size_t n);

/* The same of numbers; but none stand for none. */
struct pg_value shared_numbers(
    struct binary_array *room, const int64_t *, size_t n);

#endif
