#ifndef POLL_PENDING_ACTIONS_H
#define POLL_PENDING_ACTIONS_H

struct config_mailbox;
struct fault;
struct imap;
struct store;
struct store_mailbox;

/*
 * Carry out on the server what the store's journal holds for the mails of a
 * folder (flag, move, delete), also what a killed run left, and remove from the
 * journal what the server confirms.  The folder is selected only when something
 * is to be done.  `folder` is its name in the configuration, `source` its name
 * in messages.
 */
int pending_actions_run(struct store *, struct imap *,
    const struct config_mailbox *, const char *folder, const char *source,
    const struct store_mailbox *, struct fault *);

/* Log how many mails pending_actions_run() would do what with. */
int pending_actions_tell(struct store *, const struct config_mailbox *,
    const char *source, const struct store_mailbox *, struct fault *);

#endif
