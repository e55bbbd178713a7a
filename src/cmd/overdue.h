#ifndef CMD_OVERDUE_H
#define CMD_OVERDUE_H

struct config;
struct fault;
struct store;

/*
 * Log a line for each mailbox that was not polled well within its grace, and
 * one when no report came for days.  0 when all is well, else 1; -1 when the
 * store cannot be read.
 */
int overdue_check(struct store *, const struct config *, struct fault *);

#endif
