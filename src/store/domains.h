#ifndef STORE_DOMAINS_H
#define STORE_DOMAINS_H

struct fault;
struct row_sink;
struct store;
struct store_filter;
struct table;

/*
 * The rows of `domains` as its view gives them: the days of each sender are
 * read once for all figures made of them.  Returns 1, having given nothing to
 * the sink, for a choice of organizations; 0; or -1.
 */
int domains_read(struct store *, const struct table *,
    const struct store_filter *, const struct row_sink *, struct fault *);

#endif
