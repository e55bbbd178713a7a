#ifndef FILES_MBOX_H
#define FILES_MBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

struct limits;
struct window;

/*
 * The mails of an mbox (RFC 4155 and its kin), one after another.
 *
 * A mail begins at a line "From ... Mon ... HH:MM[:SS] ... YYYY".  Where the
 * first such line of the file has no date, a mail begins at any "From " behind
 * an empty line.
 * mboxo, mboxrd: one ">" is removed from lines that begin with ">From ".
 * mboxcl2: Content-Length tells where a mail ends, and nothing in it is
 * changed, as long as every mail so far had one such field and ended there.
 */
struct mbox {
	struct window *window;
	const struct limits *limits;
	bool dated;	   /* the "From " lines have dates */
	bool counted;	   /* every mail so far had a true Content-Length */
	uint64_t count;	   /* mails so far */
	size_t used;	   /* bytes of the window that the last mail took */
	struct buf header; /* header block of a mail that is too large */
};

/* A mail in the window, valid until the next call. */
struct mbox_mail {
	uint64_t number;   /* from 1 */
	struct span bytes; /* the mail; the header block if too_large */
	uint64_t size;	   /* of the whole mail */
	bool too_large;	   /* over limits.message */
};

/*
 * Whether a file that begins with `start` is an mbox.  `*before` gets how many
 * bytes stand before it: a byte order mark and empty lines.
 */
bool mbox_is(struct span start, size_t *before);

/*
 * Start at the beginning of a file for which mbox_is().  The window must be
 * able to hold mbox_window_max(); mbox_end() it.
 */
void mbox_begin(struct mbox *, struct window *, const struct limits *);
void mbox_end(struct mbox *);

/* How large a window must be able to grow: buf.max for these limits. */
size_t mbox_window_max(const struct limits *);

/*
 * The next mail: 1 with `*mail` set; 0 at the end; -1 with errno when the file
 * cannot be read on.  A mail that is cut off by that is not handed over.
 */
int mbox_next(struct mbox *, struct mbox_mail *);

/*
 * The header block at the start of a mail, at most `max` bytes of it, with the
 * empty line behind it.
 */
struct span mbox_header(struct span mail, size_t max);

#endif
