#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdint.h>

/*
 * A line on the terminal for work longer than a second: done of all, rate and
 * time left.  Nothing where nobody looks on.
 */
struct progress {
	const char *what;	 /* "example: INBOX" */
	uint64_t done, total;	 /* total 0: not known */
	double started, printed; /* as timing_now() tells */
};

void progress_start(struct progress *, const char *what, uint64_t total);
void progress_step(struct progress *);

struct ingest_counts;

/* The closing line that adds up; on a terminal alone. */
void progress_summary(
    const struct ingest_counts *, double seconds, const char *verb);

#endif
