#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

#include "net/wait.h"

enum {
	/* a signal between the look at `*stop` and poll() costs this much */
	SLICE = 500
};

int64_t
wait_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

enum wait_result
wait_for(struct pollfd *fds, nfds_t n, int64_t until,
    const volatile sig_atomic_t *stop)
{
	int64_t left;
	int r;

	for (;;) {
		if (stop != NULL && *stop)
			return WAIT_STOPPED;
		left = until - wait_clock();
		if (left < 0)
			left = 0;
		r = poll(fds, n, left > SLICE ? SLICE : (int)left);
		if (r > 0 || (r == -1 && errno != EINTR))
			return WAIT_READY; /* the next call tells what is up */
		if (r == 0 && left <= SLICE)
			return WAIT_LATE;
	}
}
