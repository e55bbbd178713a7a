#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "poll/report_share.h"

enum {
	MOSTLY = 9000, /* from here on all is read as it comes */
	MEMORY = 100   /* mails */
};

bool
share_is_low(int share)
{
	return share >= 0 && share < MOSTLY;
}

/*
 * To look at mails of one size costs LOOK_COST for each, and the whole for each
 * that is a report; that is less than to fetch them all from this size on.
 */
uint32_t
share_bound(int share)
{
	uint32_t bound;

	if (!share_is_low(share))
		return LOOK_ALWAYS;
	bound = (uint32_t)LOOK_COST * SHARE_ALL / (uint32_t)(SHARE_ALL - share);
	return bound < LOOK_ALWAYS ? bound : LOOK_ALWAYS;
}

int
share_of(size_t reports, size_t mails)
{
	return (int)((uint64_t)reports * SHARE_ALL / mails);
}

int
share_after(int share, size_t reports, size_t mails)
{
	if (mails == 0)
		return share;
	if (mails >= MEMORY)
		return share_of(reports, mails);
	if (share < 0)
		share = SHARE_ALL;
	return share + (share_of(reports, mails) - share) * (int)mails / MEMORY;
}

uint64_t
share_cost(int share, uint32_t size)
{
	if (size < share_bound(share))
		return size;
	if (share < 0)
		share = SHARE_ALL;
	return LOOK_COST + (uint64_t)size * (uint64_t)share / SHARE_ALL;
}
