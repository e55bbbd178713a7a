#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>

struct evp_md_ctx_st;

enum {
	SHA256_DIGEST = 32 /* bytes */
};

/*
 * A SHA-256 (FIPS 180-4) over bytes that come in many small pieces, which are
 * gathered before they are hashed.  Begin and end as often as there are
 * digests; zero-initialise before the first one.
 */
struct sha256 {
	struct evp_md_ctx_st *context; /* used again for the next digest */
	size_t n;
	unsigned char hold[1024]; /* the first n bytes are not hashed yet */
};

void sha256_begin(struct sha256 *);
void sha256_put(struct sha256 *, const void *, size_t n);
void sha256_end(struct sha256 *, unsigned char digest[static SHA256_DIGEST]);

void sha256_free(struct sha256 *);

#endif
