#ifndef STORE_DATED_H
#define STORE_DATED_H

struct fault;
struct row_sink;
struct store;
struct store_filter;
struct table;

/*
 * The rows of a table whose rows are of one day each, as its view gives them:
 * an index has the days in order, and the rows of a day are sorted here, which
 * SQLite does at three times the cost.  From a day on that is not worth the
 * memory the view is read.  Returns 0 or -1.
 */
int dated_read(struct store *, const struct table *,
    const struct store_filter *, const struct row_sink *, struct fault *);

/*
 * The same for `mx`, whose rows are added up here.  Returns 1, having given
 * nothing to the sink, for a choice of domains or organizations.
 */
int mx_read(struct store *, const struct table *, const struct store_filter *,
    const struct row_sink *, struct fault *);

#endif
