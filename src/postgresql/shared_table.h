#ifndef POSTGRESQL_SHARED_TABLE_H
#define POSTGRESQL_SHARED_TABLE_H

struct fault;
struct pg;
struct row_sink;
struct store_filter;
struct table;

/*
 * Begin to read the shared store: all that is read on this connection from now
 * on is as it is at this moment.
 */
int shared_view_begin(struct pg *, struct fault *);

/*
 * Give the rows of a table to the sink, in the same order and with the same
 * cells as a store of this program that holds the same reports, but for the
 * numbers of reports and problems.  A role of tlsrua_tenant is given those of
 * its own domains alone.
 */
int shared_table_read(struct pg *, const struct table *,
    const struct store_filter *, const struct row_sink *, struct fault *);

#endif
