#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base/sha256.h"
#include "base/span.h"
#include "model/report_identity.h"

void
identity_begin(struct identity_hash *h)
{
	sha256_begin(&h->sha256);
}

void
identity_put(struct identity_hash *h, struct span text)
{
	uint32_t length = htobe32((uint32_t)text.n);

	sha256_put(&h->sha256, &length, sizeof length);
	sha256_put(&h->sha256, text.p, text.n);
}

void
identity_end(struct identity_hash *h, unsigned char out[REPORT_IDENTITY])
{
	unsigned char digest[SHA256_DIGEST];

	sha256_end(&h->sha256, digest);
	memcpy(out, digest, REPORT_IDENTITY);
}

void
report_identity(struct identity_hash *h, const struct report_key *key,
    unsigned char out[REPORT_IDENTITY])
{
	identity_begin(h);
	identity_put(h, key->organization);
	identity_put(h, key->report_id);
	identity_put(h, key->start);
	identity_put(h, key->end);
	identity_end(h, out);
}

void
identity_hash_free(struct identity_hash *h)
{
	sha256_free(&h->sha256);
}
