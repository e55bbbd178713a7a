#ifndef BASE_SATURATING_H
#define BASE_SATURATING_H

#include <stdint.h>

/*
 * Sums of sessions and other counts, which are never negative, stay at
 * INT64_MAX (2^63-1) when they get there: in the store, in its views, and in
 * what is made of them.
 */
static inline int64_t
saturating_add(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static inline uint64_t
saturating_count(uint64_t a, uint64_t b)
{
	if (a >= INT64_MAX || b >= INT64_MAX || a + b >= INT64_MAX)
		return INT64_MAX;
	return a + b;
}

#endif
