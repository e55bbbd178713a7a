#include <endian.h>
#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/span.h"
#include "model/report_identity.h"

void
identity_begin(struct identity_hash *h)
{
	const EVP_MD *sha256 =
	    NULL; /* NULL: the same as before, which saves a slow look-up */

	if (h->context == NULL) {
		sha256 = EVP_sha256();
		h->context = EVP_MD_CTX_new();
	}
	if (h->context == NULL ||
	    EVP_DigestInit_ex(h->context, sha256, NULL) != 1)
		out_of_memory();
}

void
identity_put(struct identity_hash *h, struct span text)
{
	uint32_t length = htobe32((uint32_t)text.n);

	if (EVP_DigestUpdate(h->context, &length, sizeof length) != 1 ||
	    EVP_DigestUpdate(h->context, text.p, text.n) != 1)
		out_of_memory();
}

void
identity_end(struct identity_hash *h, unsigned char out[REPORT_IDENTITY])
{
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (EVP_DigestFinal_ex(h->context, digest, NULL) != 1)
		out_of_memory();
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
	EVP_MD_CTX_free(h->context);
	h->context = NULL;
}
