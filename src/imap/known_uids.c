#include <stddef.h>
#include <stdint.h>

#include "imap/known_uids.h"
#include "imap/session.h"

static bool
find(const struct imap *im, uint32_t uid, size_t *index)
{
	size_t low = 0, high = im->n_known, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (im->known[mid] < uid)
			low = mid + 1;
		else
			high = mid;
	}
	*index = low;
	return low < im->n_known && im->known[low] == uid;
}

bool
known_uids_adjoin(const struct imap *im, uint32_t a, uint32_t b)
{
	size_t i, j;

	if (b == a + 1)
		return true;
	return find(im, a, &i) && find(im, b, &j) && j == i + 1;
}
