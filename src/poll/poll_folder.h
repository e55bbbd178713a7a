#ifndef POLL_POLL_FOLDER_H
#define POLL_POLL_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "output/progress.h"
#include "imap/fetch.h"
#include "imap/list_mails.h"
#include "imap/open_folder.h"
#include "store/mailboxes.h"
#include "store/store.h"

struct config_mailbox;
struct fault;
struct poll_run;

/* One folder of one mailbox, while it is polled. */
struct folder_poll {
	struct poll_run *run;
	const char *source; /* "example: INBOX" */
	struct store_mailbox cursor;
	struct imap_size *list; /* the new mails, by ascending UID */
	size_t n;
	size_t n_passed;   /* how many of them are from before import_since */
	bool *done;	   /* for each of them, whether it was looked at */
	size_t done_up_to; /* the first of them that was not */
	struct progress progress;
};

/*
 * Read what is new in a folder, then carry out the actions that wait for its
 * mails.  `run`, `source` and `cursor` are set by the caller; `name` is the
 * folder's in the configuration, `opened` its state as it was selected.
 */
int poll_folder(struct folder_poll *, const struct config_mailbox *,
    struct imap *, const char *name, const struct imap_folder *opened,
    struct fault *);

/* Free what poll_folder() allocated. */
void folder_poll_free(struct folder_poll *);

#endif
