#ifndef POSTGRESQL_SHARED_CURSOR_H
#define POSTGRESQL_SHARED_CURSOR_H

#include <stddef.h>

#include "model/row.h"
#include "postgresql/connection.h"

struct fault;

/*
 * Give the rows of a SELECT to a sink.  They are fetched in portions, so memory
 * does not grow with their number.  A bigint becomes a cell with a number, a
 * double precision one with a rate, and a text one with a text; the SELECT has
 * no columns of other types.  The sink's head() is not called.  The connection
 * must be in a transaction, with no other cursor open.
 */
int shared_cursor_read(struct pg *, const char *select, const struct pg_value *,
    size_t n, const struct row_sink *, struct fault *);

#endif
