#include <stdbool.h>
#include <string.h>

#include "base/span.h"
#include "unpack/container.h"

/* zlib's usual header: window 32 K, no dictionary, the check (RFC 1950 §2.2) */
static bool
is_zlib(const unsigned char *p)
{
	return p[0] == 0x78 && (p[1] & 0x20) == 0 &&
	       (p[0] * 256 + p[1]) % 31 == 0;
}

static bool
is_json(struct span s)
{
	s = span_skip_mark(s);
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\r' ||
			      s.p[0] == '\n'))
		s = span_skip(s, 1);
	return s.n > 0 && (s.p[0] == '{' || s.p[0] == '[');
}

enum container
container_kind(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	if (s.n >= 1 && p[0] == 0x1f && (s.n == 1 || p[1] == 0x8b))
		return CONTAINER_GZIP;
	if (s.n >= 4 &&
	    (memcmp(p, "PK\3\4", 4) == 0 || memcmp(p, "PK\5\6", 4) == 0))
		return CONTAINER_ZIP;
	if (s.n >= 2 && is_zlib(p))
		return CONTAINER_ZLIB;
	return is_json(s) ? CONTAINER_JSON : CONTAINER_NONE;
}
