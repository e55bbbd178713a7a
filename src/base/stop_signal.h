#ifndef BASE_STOP_SIGNAL_H
#define BASE_STOP_SIGNAL_H

#include <signal.h>
#include <stdbool.h>

/*
 * From now on SIGTERM and SIGINT ask for an end in good order, and put one,
 * in whatever order, after just under two seconds: a look-up of a name, say,
 * cannot be broken off, and what was not committed the next run does again.
 * That other end is told by the line `stopped`.
 */
void stop_listen(const char *stopped);

bool stop_requested(void);

/* For those who wait. */
const volatile sig_atomic_t *stop_flag(void);

#endif
