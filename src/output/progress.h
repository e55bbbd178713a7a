#ifndef OUTPUT_PROGRESS_H
#define OUTPUT_PROGRESS_H

#include <stdint.h>

/*
 * The progress line of one long job, rewritten in place on a terminal: how many
 * messages are done, at which rate, and how many seconds are left.  It appears
 * after one second, and not at all when stderr is no terminal.
 */
struct progress {
	const char *what;	 /* first words of the line, "example: INBOX" */
	uint64_t done, total;	 /* messages; total 0: not known */
	double started, printed; /* times of timing_now() */
};

/* Begin; `what` must outlive the job. */
void progress_start(struct progress *, const char *what, uint64_t total);

/* One more message is done. */
void progress_step(struct progress *);

#endif
