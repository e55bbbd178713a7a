#ifndef TABLES_GATHER_SENDERS_H
#define TABLES_GATHER_SENDERS_H

struct fault;
struct gathering;

/*
 * The senders of an overview: all are shown to the watcher of the range, and
 * those are kept that are silent, or else report most.
 */
int gather_senders(struct gathering *, struct fault *);

/* The days of the listed domains and senders, and of those left out. */
int gather_days(struct gathering *, struct fault *);

#endif
