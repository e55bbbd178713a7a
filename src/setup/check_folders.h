#ifndef SETUP_CHECK_FOLDERS_H
#define SETUP_CHECK_FOLDERS_H

struct checklist;
struct config;
struct config_mailbox;
struct imap;
struct resolver;

/*
 * Check each folder that is polled, up to the first that fails, and who vouches
 * for the newest report in it; then whether the spam folder holds TLS reports.
 */
void check_folders(struct imap *, const struct config *,
    const struct config_mailbox *, struct resolver *, struct checklist *);

#endif
