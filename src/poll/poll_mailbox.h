#ifndef POLL_POLL_MAILBOX_H
#define POLL_POLL_MAILBOX_H

#include <stdbool.h>

#include "config/config.h"
#include "ingest/ingest.h"

struct fault;
struct store;
struct timing;

/* A run over the mailboxes. */
struct poll {
	const struct config *config;
	bool dry_run; /* nothing is changed, here or on the server */
	struct store *store;
	struct ingest *ingest;
	struct timing *timing; /* NULL without --timing */
	bool is_one_of_many;   /* others run beside it: no progress line */
	int status;	       /* the first failure's */
};

/*
 * Poll the folders of one mailbox, with retries, record how it ended and say
 * it; its failure goes into `status`.  -1 when the store failed and nothing
 * further makes sense.
 */
int poll_mailbox(struct poll *, const struct config_mailbox *, struct fault *);

#endif
