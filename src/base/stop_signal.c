#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/stop_signal.h"

enum {
	PATIENCE = 1800 * 1000 /* microseconds */
};

static volatile sig_atomic_t stop;
static pid_t listener; /* only this process prints last_words */
static char last_words[128];

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
	ssize_t said = 0;

	(void)sig;
	if (getpid() == listener)
		said = write(STDERR_FILENO, last_words, strlen(last_words));
	(void)said; /* there is nobody to report a failure to */
	_exit(EX_TEMPFAIL);
}

void
stop_listen(const char *stopped)
{
	struct sigaction act = { .sa_handler = on_stop };

	snprintf(last_words, sizeof last_words, "tlsrua: %s\n", stopped);
	listener = getpid();
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
