#ifndef SETUP_CHECK_MAILBOX_H
#define SETUP_CHECK_MAILBOX_H

struct checklist;
struct config;
struct config_mailbox;

/*
 * Connect, log in and look at the folders of a mailbox, and say of each step
 * what it came to.  Nothing is changed on the server.
 */
void check_mailbox(
    const struct config *, const struct config_mailbox *, struct checklist *);

#endif
