#ifndef POSTGRESQL_SHARED_CURSOR_H
#define POSTGRESQL_SHARED_CURSOR_H

#include <libpq-fe.h>
#include <stddef.h>

#include "postgresql/connection.h"

struct fault;

/* Takes the rows that came at once; -1 with the fault ends the reading. */
typedef int shared_rows_fn(void *arg, const PGresult *, struct fault *);

/*
 * Read a SELECT in portions, so that memory does not grow with its rows.  The
 * connection is in a transaction, and has no other cursor open.
 */
int shared_cursor_read(struct pg *, const char *select, const struct pg_value *,
    size_t n, shared_rows_fn *give, void *arg, struct fault *);

#endif
