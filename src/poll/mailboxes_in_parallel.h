#ifndef POLL_MAILBOXES_IN_PARALLEL_H
#define POLL_MAILBOXES_IN_PARALLEL_H

#include <stddef.h>

struct config_mailbox;
struct fault;
struct ingest_counts;
struct poll_outcome;
struct poll_run;

/*
 * Poll the `n` mailboxes of `list`, [poll] parallel of them at a time, each in
 * a process of its own with its own connections to server and store; a crash
 * in one (exit code 70) leaves the others alone.  `counts` gets the sum over
 * all, `ended` how each of them ended, and the run's status the first failure
 * in the order of the list.  Returns -1 when the store cannot be opened again
 * at the end.
 */
int poll_in_parallel(struct poll_run *,
    const struct config_mailbox *const *list, size_t n,
    struct ingest_counts *counts, struct poll_outcome *ended, struct fault *);

#endif
