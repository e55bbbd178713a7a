#ifndef POLL_POLL_FOLDER_H
#define POLL_POLL_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "imap/fetch.h"
#include "imap/list_mails.h"
#include "imap/open_folder.h"
#include "ledger/mailboxes.h"
#include "output/progress.h"
#include "store/store.h"

struct config_mailbox;
struct download_budget;
struct fault;
struct imap;
struct poll_run;
struct withheld_mails;

/* One folder of one mailbox, while it is polled over one session. */
struct folder_poll {
	struct poll_run *run;
	const char *source; /* "example: INBOX" */
	struct store_mailbox cursor;
	struct imap *imap;		 /* the session */
	struct withheld_mails *withheld; /* of this run, over all sessions */
	struct download_budget *budget;	 /* of the mailbox */
	struct imap_listing mails; /* the mails to look at, by ascending UID */
	unsigned char *state;	   /* of each of them */
	size_t done_up_to;	   /* the first of them that is not done */
	size_t n_passed; /* how many of them are from before import_since */
	size_t n_new;	 /* how many were not looked at by an earlier run */
	/* mails that were looked at since the share was updated, and those of
	 * them that hold a report */
	size_t n_seen, n_reports;
	struct progress progress;
	/* the session broke at some mail, or at one that was asked for alone */
	bool broke_at_mail, broke_alone;
	bool is_over; /* all that is left of the folder was tried in this run */
};

/*
 * Read what is new in a folder, then carry out the actions that wait for its
 * mails, and then ask for the mails that the server did not hand out before,
 * one by one.  The caller has set all up to `budget`; `name` is the folder's in
 * the configuration, `opened` its state as it was selected.
 */
int poll_folder(struct folder_poll *, const struct config_mailbox *,
    const char *name, const struct imap_folder *opened, struct fault *);

/* Free what poll_folder() allocated. */
void folder_poll_free(struct folder_poll *);

#endif
