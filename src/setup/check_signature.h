#ifndef SETUP_CHECK_SIGNATURE_H
#define SETUP_CHECK_SIGNATURE_H

#include <stdint.h>

struct checklist;
struct config;
struct config_mailbox;
struct fault;
struct imap;
struct resolver;

/*
 * Judge the mail with that UID in the folder that is open, which holds a
 * report: the point "dkim" says who vouches for it, or which option helps.
 * Nothing is said where the mailbox has `dkim = off`.  -1 with a fault when the
 * mail cannot be fetched.
 */
int check_signature(struct imap *, uint32_t uid, const struct config *,
    const struct config_mailbox *, struct resolver *, struct checklist *,
    struct fault *);

#endif
