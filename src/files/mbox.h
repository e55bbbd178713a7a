#ifndef FILES_MBOX_H
#define FILES_MBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct limits;
struct window;

/*
 * The mails of an mbox (RFC 4155 and its kin), one after another.
 *
 * A mail begins at a line "From ... Mon ... HH:MM[:SS] ... YYYY"; where the
 * first such line of the file bears no date, at any "From " behind an empty
 * line.  mboxo and mboxrd: one ">" is taken from lines of ">From ".  mboxcl2:
 * as long as every mail so far had one Content-Length that ends where another
 * mail or the file does, that rules, and the mail is left as it is.
 */
struct mbox {
	struct window *window;
	const struct limits *limits;
	bool dated;	   /* the lines between mails bear a date */
	bool counted;	   /* every mail so far had a true Content-Length */
	uint64_t count;	   /* mails so far */
	size_t used;	   /* bytes of the window that the last mail had */
	struct buf header; /* of a mail that is too large */
};

/* A mail in the window, valid until the next call. */
struct mbox_mail {
	uint64_t number;   /* from 1 */
	struct span bytes; /* its header block when it is too large */
	uint64_t size;	   /* of the whole */
	bool too_large;	   /* over limits.message */
};

/* Whether a file that begins so is an mbox. */
bool mbox_is(struct span start);

/*
 * Start at the beginning of a file for which mbox_is().  The window must be
 * able to hold mbox_window_max(); mbox_end() it.
 */
void mbox_begin(struct mbox *, struct window *, const struct limits *);
void mbox_end(struct mbox *);

/* The bound of a window for mails of that limit. */
size_t mbox_window_max(const struct limits *);

/*
 * The next mail.  1; 0 at the end; -1 with errno when the file cannot be read
 * on, and then a mail that was cut by that is not given.
 */
int mbox_next(struct mbox *, struct mbox_mail *);

/*
 * The header block at the start of a mail: to its empty line, or `max` bytes
 * where that is farther.
 */
struct span mbox_header(struct span mail, size_t max);

#endif
