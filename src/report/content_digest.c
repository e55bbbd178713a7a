#include <endian.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/span.h"
#include "model/tls_report.h"
#include "report/content_digest.h"
#include "report/members.h"

void
content_begin(struct content *c)
{
	const EVP_MD *sha256 =
	    NULL; /* NULL: the same as before, which saves a slow look-up */

	c->n = 0;
	if (c->hash == NULL) {
		sha256 = EVP_sha256();
		c->hash = EVP_MD_CTX_new();
	}
	if (c->hash == NULL || EVP_DigestInit_ex(c->hash, sha256, NULL) != 1)
		out_of_memory();
}

static void
flush(struct content *c)
{
	if (EVP_DigestUpdate(c->hash, c->hold, c->n) != 1)
		out_of_memory();
	c->n = 0;
}

static void
put(struct content *c, const void *p, size_t n)
{
	if (n > sizeof c->hold - c->n) {
		flush(c);
		if (n > sizeof c->hold) {
			if (EVP_DigestUpdate(c->hash, p, n) != 1)
				out_of_memory();
			return;
		}
	}
	if (n > 0)
		memcpy(c->hold + c->n, p, n);
	c->n += n;
}

/* Put the frame of a value: member, type, and length, count or number. */
static void
frame(struct content *c, enum member m, char type, uint64_t v)
{
	unsigned char f[10] = { (unsigned char)m, (unsigned char)type };

	v = htobe64(v);
	memcpy(f + 2, &v, sizeof v);
	put(c, f, sizeof f);
}

void
content_string(struct content *c, enum member m, struct span s)
{
	frame(c, m, 's', s.n);
	put(c, s.p, s.n);
}

void
content_number(struct content *c, enum member m, uint64_t v)
{
	frame(c, m, 'n', v);
}

void
content_array(struct content *c, enum member m, size_t count)
{
	frame(c, m, 'a', count);
}

void
content_object(struct content *c, enum member m)
{
	frame(c, m, 'o', 0);
}

void
content_end(struct content *c, struct span report_id,
    unsigned char body[REPORT_DIGEST], unsigned char digest[REPORT_DIGEST])
{
	flush(c);
	if (EVP_DigestFinal_ex(c->hash, body, NULL) != 1 ||
	    EVP_DigestInit_ex(c->hash, NULL, NULL) != 1)
		out_of_memory();
	put(c, body, REPORT_DIGEST);
	content_string(c, MEMBER_REPORT_ID, report_id);
	flush(c);
	if (EVP_DigestFinal_ex(c->hash, digest, NULL) != 1)
		out_of_memory();
}

void
content_free(struct content *c)
{
	EVP_MD_CTX_free(c->hash);
	c->hash = NULL;
}
