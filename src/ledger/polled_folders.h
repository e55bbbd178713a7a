#ifndef LEDGER_POLLED_FOLDERS_H
#define LEDGER_POLLED_FOLDERS_H

struct fault;
struct poller_state;
struct store;

/* Read what others are told of this poller; arena_free() its memory. */
int poller_state_read(struct store *, struct poller_state *, struct fault *);

#endif
