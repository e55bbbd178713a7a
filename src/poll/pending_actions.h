#ifndef POLL_PENDING_ACTIONS_H
#define POLL_PENDING_ACTIONS_H

struct config_mailbox;
struct fault;
struct imap;
struct store;
struct store_mailbox;

/*
 * Do with the mails of a folder what the journal holds for it, that of runs
 * that were killed included, and strike out what the server confirms.  The
 * folder is selected only when there is something; `source` is its name for
 * people.
 */
int pending_actions_run(struct store *, struct imap *,
    const struct config_mailbox *, const char *folder, const char *source,
    const struct store_mailbox *, struct fault *);

#endif
