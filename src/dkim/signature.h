#ifndef DKIM_SIGNATURE_H
#define DKIM_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "codes/codes.h"
#include "dkim/canonical.h"

struct arena;

enum {
	SIGNATURES_MAX = 10, /* of one mail that are looked at, from the top */
	SIGNATURE_FIELDS = 1000 /* header fields of a mail that is judged */
};

/*
 * A DKIM-Signature of a mail (RFC 6376 §3.5), read and hashed: with the key it
 * names, this is all that is needed to verify it; the mail is needed no more.
 * Strings live in the arena it was read into.
 */
struct signature {
	/*
	 * What is wrong with it whatever the key: dkim-syntax, dkim-algorithm,
	 * dkim-body-length, dkim-expired, dkim-fail; CODE_NONE otherwise.
	 */
	enum code code;
	const char *domain, *selector; /* d= and s=, in lower case; "" when
					  they cannot be read */
	bool is_ed25519;	       /* else RSA */
	bool has_length;	       /* l= */
	bool identity_below; /* i= names a domain below d=, not d= itself */
	/* fields of which there are more than the signature covers */
	bool subject_open, report_domain_open, report_submitter_open;
	unsigned char digest[CANONICAL_DIGEST]; /* of the signed header */
	struct span bytes;			/* b=, decoded */
	const char *text;			/* b=, without blanks */
};

struct signatures {
	struct signature item[SIGNATURES_MAX];
	size_t n;
};

/* What a signature is held against beside the mail itself. */
struct signature_context {
	uint64_t header_max; /* bytes; a longer header is not judged */
	bool has_arrival;
	int64_t arrival; /* seconds since 1970 UTC; against x= */
};

/*
 * Read and hash the signatures of a mail, of which no transfer encoding is
 * undone.  `canonical` is memory for hashing that is used again.
 */
void signatures_read(struct span mail, const struct signature_context *,
    struct canonical *, struct arena *, struct signatures *);

#endif
