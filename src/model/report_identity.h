#ifndef MODEL_REPORT_IDENTITY_H
#define MODEL_REPORT_IDENTITY_H

#include "base/sha256.h"
#include "base/span.h"

enum {
	REPORT_IDENTITY = 16 /* bytes */
};

/* What a report is known by; the times as the store writes them. */
struct report_key {
	struct span organization, report_id;
	struct span start, end; /* "2026-11-23T00:00:00Z" */
};

/* What the next identity can use again.  Zero-initialise before the first. */
struct identity_hash {
	struct sha256 sha256;
};

/*
 * The identity of a report in few bytes, alike in every store: the first 128
 * bits of the SHA-256 over the four of its key, each behind its length in bytes
 * as four bytes, the highest first.  Two of the same key are copies of one
 * report, whatever else they say.
 */
void report_identity(struct identity_hash *, const struct report_key *,
    unsigned char out[REPORT_IDENTITY]);

/*
 * The same over any texts: begin, put each, end with the first 128 bits.  Each
 * stands behind its length, so that "ab" "c" differs from "a" "bc".
 */
void identity_begin(struct identity_hash *);
void identity_put(struct identity_hash *, struct span text);
void identity_end(struct identity_hash *, unsigned char out[REPORT_IDENTITY]);

void identity_hash_free(struct identity_hash *);

#endif
