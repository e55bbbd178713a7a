#ifndef POLL_MAILBOXES_IN_PARALLEL_H
#define POLL_MAILBOXES_IN_PARALLEL_H

#include <stddef.h>

struct config_mailbox;
struct fault;
struct ingest_counts;
struct poll;

/*
 * Poll mailboxes side by side, as many at once as [poll] parallel says, each in
 * a process of its own with its own connection to server and store; a crash of
 * one (70) does not concern the others.  `counts` gets the sum, the poll's
 * status the first failure in the order of the list.  -1 when the store cannot
 * be opened again.
 */
int side_by_side(struct poll *, const struct config_mailbox *const *list,
    size_t n, struct ingest_counts *counts, struct fault *);

#endif
