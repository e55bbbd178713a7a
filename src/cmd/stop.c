#include <string.h>
#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

#include "cmd/stop.h"

enum {
	PATIENCE = 1800 * 1000 /* microseconds */
};

static volatile sig_atomic_t stop;

static void
on_stop(int sig)
{
	static const struct itimerval limit = {
		.it_value = { PATIENCE / 1000000, PATIENCE % 1000000 }
	};

	(void)sig;
	if (!stop)
		setitimer(ITIMER_REAL, &limit, NULL);
	stop = 1;
}

static void
on_alarm(int sig)
{
	(void)sig;
	_exit(EX_TEMPFAIL);
}

void
stop_listen(void)
{
	struct sigaction act = { .sa_handler = on_stop };

	sigemptyset(&act.sa_mask);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	act.sa_handler = on_alarm;
	sigaction(SIGALRM, &act, NULL);
}

bool
stop_requested(void)
{
	return stop != 0;
}

const volatile sig_atomic_t *
stop_flag(void)
{
	return &stop;
}
