#ifndef CMD_CHECK_FOLDERS_H
#define CMD_CHECK_FOLDERS_H

struct checklist;
struct config_mailbox;
struct imap;

/*
 * Look at the folders that are polled, and for reports that went where nobody
 * looks; up to the first one that fails.
 */
void check_folders(
    struct imap *, const struct config_mailbox *, struct checklist *);

#endif
