#ifndef CMD_CHECK_FOLDERS_H
#define CMD_CHECK_FOLDERS_H

struct checklist;
struct config_mailbox;
struct imap;

/*
 * Check each folder that is polled, up to the first that fails, and then
 * whether the spam folder holds TLS reports.
 */
void check_folders(
    struct imap *, const struct config_mailbox *, struct checklist *);

#endif
