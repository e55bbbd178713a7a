#ifndef POLL_POLL_RUN_H
#define POLL_POLL_RUN_H

#include <stdbool.h>

#include "poll/poll_outcome.h"

struct config;
struct ingest;
struct store;
struct timing;

/* One run of `poll` over the mailboxes of the configuration. */
struct poll_run {
	const struct config *config;
	struct store *store;
	struct ingest *ingest;
	struct timing *timing; /* NULL without --timing */
	bool dry_run;	       /* nothing is changed, here or on the server */
	bool again_actions;    /* after_import also for mails of earlier runs */
	bool is_one_of_many;   /* others run beside it: no progress line */
	int status;	       /* the exit code of the first failure, or 0 */
	struct poll_outcome ended; /* of the mailbox that was polled last */
};

#endif
