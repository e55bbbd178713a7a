/*
 * RDATA of TLSA records: one that is usable is one of the few kinds that SMTP
 * knows, and one that is not has a flaw that says why.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "model/domain_setup.h"
#include "published/points.h"
#include "published/tlsa.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(bool truth)
{
	if (!truth)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span rdata = { (const char *)data, n };
	static struct arena arena; /* its first block serves all runs */
	struct tlsa_record r = { 0 };
	enum point_code flaw;
	const char *shown;
	bool usable;

	require(tlsa_read(rdata, &r) == (n >= 3));
	if (n < 3)
		return 0;
	usable = tlsa_is_usable(&r, &flaw);
	require(usable || flaw != POINT_NONE);
	require(!usable || (data[0] >= 2 && data[0] <= 3 && data[1] <= 1 &&
			       data[2] <= 2 && n > 3));
	require(!usable || data[2] == 0 || n == 3U + 32U * data[2]);
	shown = tlsa_shown(&r, false, &arena);
	require(strncmp(shown, tlsa_shown(&r, true, &arena),
		    strlen(tlsa_shown(&r, true, &arena))) == 0);
	require(strlen(strrchr(shown, ' ') + 1) == 2 * (n - 3));
	arena_reset(&arena);
	return 0;
}
