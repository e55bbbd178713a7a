#ifndef CMD_OVERDUE_H
#define CMD_OVERDUE_H

struct config;
struct fault;
struct store;

/*
 * Log a line for each folder without a good poll within the mailbox's grace,
 * and one when no report came for days.  Returns 0 when all is well, 1 when a
 * line was logged, or -1 when the store cannot be read.
 */
int overdue_check(struct store *, const struct config *, struct fault *);

/*
 * The same for a mirror of a shared store: for the folders of all its pollers,
 * as they were shipped last, with the grace of [postgresql].
 */
int overdue_check_told(struct store *, const struct config *, struct fault *);

#endif
