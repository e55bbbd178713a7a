#ifndef LEDGER_LOGGED_PROBLEMS_H
#define LEDGER_LOGGED_PROBLEMS_H

#include <stdint.h>

struct fault;
struct store;

/*
 * Up to which problem, by number, syslog was told; 0 before the first time.
 * Problems get ever larger numbers, so all with a larger one are new to syslog.
 */
int logged_problems_read(struct store *, int64_t *number, struct fault *);

/* Note that number, in the open transaction. */
int logged_problems_note(struct store *, int64_t number, struct fault *);

#endif
