#ifndef POLL_POLL_MAILBOX_H
#define POLL_POLL_MAILBOX_H

struct config_mailbox;
struct fault;
struct poll_run;

/*
 * Poll the folders of one mailbox, with retries; record in the store how that
 * ended, and log it.  A failure of the mailbox sets the run's `status`.
 * Returns -1 only when the store failed, after which no mailbox can be polled.
 */
int poll_mailbox(
    struct poll_run *, const struct config_mailbox *, struct fault *);

#endif
