#ifndef POSTGRESQL_SHARED_TABLE_H
#define POSTGRESQL_SHARED_TABLE_H

struct fault;
struct pg;
struct row_sink;
struct store_filter;
struct table;

/*
 * Begin to read the shared store: all that is read on this connection from now
 * on is as the store is at this moment, whatever pollers ship meanwhile.
 */
int shared_view_begin(struct pg *, struct fault *);

/*
 * Give the rows of a table to the sink: the same cells in the same order as of
 * a poller's store with the same reports, except for the numbers of reports and
 * problems.  A role of tlsrua_tenant gets only the rows of its own domains.
 */
int shared_table_read(struct pg *, const struct table *,
    const struct store_filter *, const struct row_sink *, struct fault *);

#endif
