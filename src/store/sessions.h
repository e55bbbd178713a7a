#ifndef STORE_SESSIONS_H
#define STORE_SESSIONS_H

struct fault;
struct row_sink;
struct store;
struct store_filter;
struct table;

/*
 * The rows of `daily`, `weekly` or `monthly` as their views give them: the
 * rollup is read as numbers alone, and the names of a series, that is most of
 * a row, are put to them in order, where SQLite would sort all of it.  Returns
 * 1, having given nothing to the sink, where there are more series than are
 * worth the memory; 0; or -1.
 */
int sessions_read(struct store *, const struct table *,
    const struct store_filter *, const struct row_sink *, struct fault *);

#endif
