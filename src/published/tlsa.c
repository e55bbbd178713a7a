#include <stddef.h>

#include "base/arena.h"
#include "base/hex.h"
#include "base/span.h"
#include "model/domain_setup.h"
#include "published/points.h"
#include "published/tlsa.h"

enum {
	SELECTOR_CERTIFICATE = 0,
	SELECTOR_MOST = 1, /* 1: the public key */
	MATCHING_MOST = 2
};

/* The lengths of SHA-256 and SHA-512; of the whole none is given. */
static const size_t digest_length[] = { 0, 32, 64 };

bool
tlsa_read(struct span rdata, struct tlsa_record *r)
{
	if (rdata.n < 3)
		return false;
	r->usage = (unsigned char)rdata.p[0];
	r->selector = (unsigned char)rdata.p[1];
	r->matching = (unsigned char)rdata.p[2];
	r->data = span_skip(rdata, 3);
	return true;
}

bool
tlsa_is_usable(const struct tlsa_record *r, enum point_code *flaw)
{
	*flaw = POINT_NONE;
	if (r->usage != TLSA_TA && r->usage != TLSA_EE)
		*flaw = POINT_TLSA_USAGE;
	else if (r->selector > SELECTOR_MOST || r->matching > MATCHING_MOST)
		*flaw = POINT_TLSA_PARAMETER;
	else if (r->data.n == 0 ||
		 (r->matching > 0 && r->data.n != digest_length[r->matching]))
		*flaw = POINT_TLSA_LENGTH;
	if (*flaw != POINT_NONE)
		return false;
	if (r->usage == TLSA_EE && r->selector == SELECTOR_CERTIFICATE)
		*flaw = POINT_TLSA_WHOLE_CERTIFICATE;
	return true;
}

const char *
tlsa_shown(const struct tlsa_record *r, bool brief, struct arena *arena)
{
	char *hex;

	if (brief)
		return arena_printf(
		    arena, "%u %u %u", r->usage, r->selector, r->matching);
	hex = arena_alloc(arena, 2 * r->data.n + 1);
	hex_format((const unsigned char *)r->data.p, r->data.n, hex);
	return arena_printf(
	    arena, "%u %u %u %s", r->usage, r->selector, r->matching, hex);
}
