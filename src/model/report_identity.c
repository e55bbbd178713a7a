#include <endian.h>
#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/span.h"
#include "model/report_identity.h"

void
report_identity(
    const struct report_key *key, unsigned char out[REPORT_IDENTITY])
{
	const struct span part[] = { key->organization, key->report_id,
		key->start, key->end };
	unsigned char digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	uint32_t length;
	size_t i;

	if (hash == NULL || EVP_DigestInit_ex(hash, EVP_sha256(), NULL) != 1)
		out_of_memory();
	for (i = 0; i < sizeof part / sizeof *part; i++) {
		length = htobe32((uint32_t)part[i].n);
		if (EVP_DigestUpdate(hash, &length, sizeof length) != 1 ||
		    EVP_DigestUpdate(hash, part[i].p, part[i].n) != 1)
			out_of_memory();
	}
	if (EVP_DigestFinal_ex(hash, digest, NULL) != 1)
		out_of_memory();
	EVP_MD_CTX_free(hash);
	memcpy(out, digest, REPORT_IDENTITY);
}
