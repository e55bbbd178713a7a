/*
 * What a server tells of the parts of a mail, which whoever sent it has a say
 * in: all that is taken from it lies within it, and what was learnt before does
 * not change what is learnt.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "imap/bodystructure.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
assert_within(struct span s, struct span all)
{
	if (s.n > 0 &&
	    (s.p < all.p || s.n > all.n || s.p + s.n > all.p + all.n))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span all = { (const char *)data, n };
	struct structure st = { 0 }, again;
	size_t i;

	structure_read(all, &st);
	assert_within(st.header, all);
	assert_within(st.date, all);
	if (st.n > MESSAGE_PARTS)
		abort();
	for (i = 0; i < st.n; i++) {
		assert_within(st.body[i], all);
		if (memchr(st.part[i].section, '\0',
			sizeof st.part[i].section) == NULL)
			abort();
	}
	again = st;
	structure_read(all, &again);
	if (st.uid != again.uid || st.header.n != again.header.n)
		abort();
	return 0;
}
