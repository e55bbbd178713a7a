#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/sha256.h"
#include "base/span.h"
#include "model/tls_report.h"
#include "report/content_digest.h"
#include "report/members.h"

void
content_begin(struct content *c)
{
	sha256_begin(&c->hash);
}

/* Put the frame of a value: member, type, and length, count or number. */
static void
frame(struct content *c, enum member m, char type, uint64_t v)
{
	unsigned char f[10] = { (unsigned char)m, (unsigned char)type };

	v = htobe64(v);
	memcpy(f + 2, &v, sizeof v);
	sha256_put(&c->hash, f, sizeof f);
}

void
content_string(struct content *c, enum member m, struct span s)
{
	frame(c, m, 's', s.n);
	sha256_put(&c->hash, s.p, s.n);
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
	sha256_end(&c->hash, body);
	sha256_begin(&c->hash);
	sha256_put(&c->hash, body, REPORT_DIGEST);
	content_string(c, MEMBER_REPORT_ID, report_id);
	sha256_end(&c->hash, digest);
}

void
content_free(struct content *c)
{
	sha256_free(&c->hash);
}
