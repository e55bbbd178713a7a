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
 * Judge the mail with that UID in the open folder, which holds a report, and
 * add the point "dkim": who vouches for the report, or which option helps.  No
 * point is added where the mailbox has `dkim = off`.  -1 with a fault when the
 * mail cannot be fetched.
 */
int check_signature(struct imap *, uint32_t uid, const struct config *,
    const struct config_mailbox *, struct resolver *, struct checklist *,
    struct fault *);

#endif
