#ifndef STORE_SENDERS_H
#define STORE_SENDERS_H

struct fault;
struct row_sink;
struct store;
struct store_filter;
struct table;

/*
 * The rows of `senders` as its view gives them: the days of each sender are
 * read once, in order, where SQL must ask for the day before of every day.
 * Returns 0 or -1.
 */
int senders_read(struct store *, const struct table *,
    const struct store_filter *, const struct row_sink *, struct fault *);

#endif
