#ifndef POSTGRESQL_SHARED_CURSOR_H
#define POSTGRESQL_SHARED_CURSOR_H

#include <stddef.h>

#include "model/row.h"
#include "postgresql/connection.h"

struct fault;

/*
 * Give the rows of a SELECT to a sink, in portions, so that memory does not
 * grow with their number.  A cell is a number for a bigint, a rate for a double
 * precision, and a text for all else, which must be one.  The sink's head() is
 * not called.  The connection is in a transaction, and has no other cursor
 * open.
 */
int shared_cursor_read(struct pg *, const char *select, const struct pg_value *,
    size_t n, const struct row_sink *, struct fault *);

#endif
