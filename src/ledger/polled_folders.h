#ifndef LEDGER_POLLED_FOLDERS_H
#define LEDGER_POLLED_FOLDERS_H

struct fault;
struct poller_state;
struct store;

/*
 * Read the state of this poller, which is shipped with its reports: its folders
 * with their last polls, and counts of mails.  arena_free() its memory.
 */
int poller_state_read(struct store *, struct poller_state *, struct fault *);

#endif
