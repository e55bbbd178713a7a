#include <openssl/evp.h>
#include <stddef.h>
#include <string.h>

#include "base/alloc.h"
#include "base/sha256.h"

void
sha256_begin(struct sha256 *h)
{
	const EVP_MD *sha256 = NULL; /* NULL: as before, for looking it up is
					slow */

	h->n = 0;
	if (h->context == NULL) {
		sha256 = EVP_sha256();
		h->context = EVP_MD_CTX_new();
	}
	if (h->context == NULL ||
	    EVP_DigestInit_ex(h->context, sha256, NULL) != 1)
		out_of_memory();
}

static void
update(struct sha256 *h, const void *p, size_t n)
{
	if (EVP_DigestUpdate(h->context, p, n) != 1)
		out_of_memory();
}

void
sha256_put(struct sha256 *h, const void *p, size_t n)
{
	if (n > sizeof h->hold - h->n) {
		update(h, h->hold, h->n);
		h->n = 0;
	}
	if (n > sizeof h->hold) {
		update(h, p, n);
	} else if (n > 0) {
		memcpy(h->hold + h->n, p, n);
		h->n += n;
	}
}

void
sha256_end(struct sha256 *h, unsigned char digest[static SHA256_DIGEST])
{
	update(h, h->hold, h->n);
	if (EVP_DigestFinal_ex(h->context, digest, NULL) != 1)
		out_of_memory();
}

void
sha256_free(struct sha256 *h)
{
	EVP_MD_CTX_free(h->context);
	h->context = NULL;
}
