#ifndef DKIM_CANONICAL_H
#define DKIM_CANONICAL_H

#include <stdbool.h>

#include "base/sha256.h"
#include "base/span.h"

enum {
	CANONICAL_DIGEST = SHA256_DIGEST
};

/*
 * A mail's header fields and body on their way into SHA-256, in one of the two
 * forms of RFC 6376 §3.4.  Lines end in LF, CRLF, or, where `eol` is CR, in
 * that (field_eol()); they are hashed as if they ended in CRLF.  All other
 * bytes count as they are.  Zero-initialise; begin as often as there are
 * digests.
 */
struct canonical {
	struct sha256 hash;
	char eol;
	bool relaxed;
};

void canonical_begin(struct canonical *, char eol, bool relaxed);

/* The whole body of a mail (§3.4.3, §3.4.4). */
void canonical_body(struct canonical *, struct span body);

/*
 * A header field with its folds (§3.4.1, §3.4.2): what stands before the colon,
 * and behind it.  The line end of its last line is left out; add it with
 * canonical_line_end() where there is one.
 */
void canonical_field(struct canonical *, struct span name, struct span value);
void canonical_line_end(struct canonical *);

void canonical_end(
    struct canonical *, unsigned char digest[static CANONICAL_DIGEST]);

void canonical_free(struct canonical *);

#endif
