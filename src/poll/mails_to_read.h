#ifndef POLL_MAILS_TO_READ_H
#define POLL_MAILS_TO_READ_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct config_mailbox;
struct fault;
struct folder_poll;
struct imap;
struct imap_folder;
struct store_suspect;

/* What is known of a mail of the list. */
enum mail_state {
	MAIL_WAITING,
	MAIL_DONE, /* it was looked at, passed over, or is gone */
	/* The server did not hand it out once: asked for alone and first, since
	 * most trouble has passed by then, and mails keep their order.  (Which
	 * of two reports in conflict counts depends on that.) */
	MAIL_ONCE,
	MAIL_APART /* nor did it again: asked for alone and last */
};

/*
 * List the mails of the folder that are to be read, and what is known of each:
 * the new ones, and the `n` that the server did not hand out before.  Those
 * from before import_since count as done, unread.
 */
int mails_list(struct folder_poll *, const struct config_mailbox *,
    const struct imap_folder *opened, const struct store_suspect *, size_t n,
    struct arena *, struct fault *);

/* Place of a mail in the list, or the length of the list. */
size_t mails_find(const struct folder_poll *, uint32_t uid);

/*
 * Move the cursor to the last mail up to which all are done.  A mail behind the
 * cursor, which is there because it is asked for again, does not move it.
 */
void mails_move_cursor(struct folder_poll *);

#endif
