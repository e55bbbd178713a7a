#ifndef BASE_STOP_SIGNAL_H
#define BASE_STOP_SIGNAL_H

#include <signal.h>
#include <stdbool.h>

/*
 * From now on SIGTERM and SIGINT make stop_requested() true.  If the process
 * still runs 1.8 seconds later, it prints the line `stopped` and exits with 75:
 * a host name look-up, for one, cannot be interrupted.  What was not committed
 * by then is done again by the next run.
 */
void stop_listen(const char *stopped);

bool stop_requested(void);

/* The same as a variable, for functions that wait. */
const volatile sig_atomic_t *stop_flag(void);

#endif
