#ifndef POLL_READ_MAILS_H
#define POLL_READ_MAILS_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct folder_poll;
struct imap_mail;

/*
 * Read the mails of the list that wait, in portions, so that the cursor
 * advances after each: as they come where nearly all are reports; where few
 * are, most are looked at first.  It ends well, with mails that wait, once the
 * mailbox's budget is used up.  `careful`: as of struct imap_fetch.
 */
int read_mails(struct folder_poll *, bool careful, struct fault *);

/* Take a mail as it arrives; the argument is the struct folder_poll. */
int read_mails_take(void *arg, const struct imap_mail *, struct fault *);

/*
 * Wait until the mails that were taken are judged: only then may the store be
 * used for anything else.
 */
int read_mails_settle(struct folder_poll *, struct fault *);

/*
 * A session broke at a mail, or seems to have: remember it even if this run is
 * killed, so that the next one reads the others first.
 */
int read_mails_note_break(struct folder_poll *, uint32_t uid,
    const struct fault *wire, struct fault *);

#endif
