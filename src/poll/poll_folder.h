#ifndef POLL_POLL_FOLDER_H
#define POLL_POLL_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "output/progress.h"
#include "imap/imap.h"
#include "store/store.h"

struct config_mailbox;
struct fault;
struct poll;

/* One folder of one mailbox, while it is read. */
struct folder {
	struct poll *poll;
	const char *source; /* "example: INBOX" */
	struct store_mailbox cursor;
	struct imap_size *list; /* the mails to look at, ascending */
	size_t n;
	size_t n_passed;   /* of these, from before import_since */
	bool *done;	   /* which of them were */
	size_t done_up_to; /* all before this one were */
	struct progress progress;
};

/*
 * Read what is new in the folder that was opened (`name` in the configuration),
 * and then do with its mails what is to be done.
 */
int folder_read(struct folder *, const struct config_mailbox *, struct imap *,
    const char *name, const struct imap_folder *opened, struct fault *);

/* What it has allocated. */
void folder_free(struct folder *);

#endif
