#ifndef NET_WAIT_H
#define NET_WAIT_H

#include <poll.h>
#include <signal.h>
#include <stdint.h>

/* Milliseconds on a clock that nobody sets. */
int64_t wait_clock(void);

enum wait_result {
	WAIT_READY,
	WAIT_LATE,   /* the time is over */
	WAIT_STOPPED /* `*stop` was set */
};

/*
 * Wait until one of the descriptors is ready, the clock shows `until`, or
 * `*stop` (may be NULL) is set, by a signal for instance.
 */
enum wait_result wait_for(struct pollfd *, nfds_t n, int64_t until,
    const volatile sig_atomic_t *stop);

#endif
