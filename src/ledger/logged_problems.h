#ifndef LEDGER_LOGGED_PROBLEMS_H
#define LEDGER_LOGGED_PROBLEMS_H

#include <stdint.h>

struct fault;
struct store;

/*
 * The newest problem, by number, that syslog was told of or that was there when
 * it was; 0 before the first time.  Numbers of problems only grow.
 */
int logged_problems_read(struct store *, int64_t *number, struct fault *);

/* Note it, in the open transaction. */
int logged_problems_note(struct store *, int64_t number, struct fault *);

#endif
