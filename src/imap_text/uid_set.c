#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "imap_text/uid_set.h"

enum {
	RANGE_TEXT = 22 /* of "first:last," at most */
};

/* Write the last range behind the others; its length. */
static size_t
write_range(struct uidset *u)
{
	return (size_t)snprintf(u->text + u->len, sizeof u->text - u->len,
	    u->first == u->last ? "%" PRIu32 : "%" PRIu32 ":%" PRIu32, u->first,
	    u->last);
}

bool
uidset_add(struct uidset *u, uint32_t uid, bool adjoins)
{
	if (u->first != 0 && adjoins) {
		u->last = uid;
		return true;
	}
	/* room for the last range, and for one as long as can be */
	if (u->len + 2 * RANGE_TEXT >= sizeof u->text)
		return false;
	if (u->first != 0) {
		u->len += write_range(u);
		u->text[u->len++] = ',';
	}
	u->first = u->last = uid;
	return true;
}

size_t
uidset_of(struct uidset *u, const uint32_t *uids, size_t n)
{
	size_t i;

	*u = (struct uidset){ 0 };
	for (i = 0; i < n; i++)
		if (!uidset_add(u, uids[i], i > 0 && uids[i] == u->last + 1))
			break;
	return i;
}

const char *
uidset_text(struct uidset *u)
{
	write_range(u);
	return u->text;
}
