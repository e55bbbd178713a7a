#ifndef MIME_MIME_H
#define MIME_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "codes/findings.h"
#include "mime/transfer_encoding.h"
#include "model/limits.h"

/*
 * The structure of a mail (RFC 2045, 2046, 5322), walked without recursion on
 * its depth and without copying: spans point into the mail, or into the arena
 * for a mail inside that had a transfer encoding, and outlive the walker.
 * Lines end in LF or CRLF, or in CR where there is no LF at all.  A missing
 * closing delimiter is overlooked, and what stands behind one is left alone.
 */
/*
 * A leaf of the tree: a part that holds no parts, or one that cannot be read
 * as what it says: a multipart inside another whose boundary is missing or
 * does not occur (type "multipart"), and a mail that is encoded inside one
 * that was.
 */
struct mime_part {
	struct span body;	   /* still encoded */
	struct span type, subtype; /* of the media type; "text", "plain" when
				      absent or broken (RFC 2045 §5.2) */
	const char *filename;	   /* Content-Disposition filename, else name=;
				      RFC 2231 and 2047 decoded; "" when absent */
	enum mime_encoding encoding;
	bool forwarded;	    /* inside a message/rfc822, encoded or not */
	bool in_report;	    /* in a multipart/report; report-type=tlsrpt */
	unsigned depth;	    /* multiparts and mails around it; 0 in a mail that
			       has no parts */
	struct span around; /* header block of the innermost mail it is in */
	struct span mail;   /* that mail, from its header to its end */
};

struct head;
/* A walk through one mail. */
struct mime;

/*
 * Start at the mail `mail`.  Names and other decoded text go into `arena`.
 * Never NULL; mime_close() it.
 */
struct mime *mime_open(struct span mail, const struct limits *, struct arena *);

/* The fields of the mail's own header; until the first mime_next(). */
const struct head *mime_head(const struct mime *);

/*
 * The next leaf, depth first: 1 with `*part` filled, 0 at the end, or -1
 * refused with mime-too-deep, mime-malformed, mime-too-many-parts or
 * header-too-large (RFC 2046 §5.1; requirement R2).  limits->parts counts the
 * parts of all multiparts, be they leaves or not.
 */
int mime_next(struct mime *, struct mime_part *part, struct findings *);
void mime_close(struct mime *);

#endif
