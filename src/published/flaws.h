#ifndef PUBLISHED_FLAWS_H
#define PUBLISHED_FLAWS_H

#include <stdbool.h>
#include <stddef.h>

#include "published/points.h"

enum {
	FLAWS_MAX = 64 /* that are kept of one record or policy */
};

/* What is wrong with a record or policy; strings live in the parser's arena. */
struct flaw {
	enum point_code code;
	const char *x, *y; /* what stands in the point's sentence; "" */
};

/* Zero-initialise.  In the order found. */
struct flaws {
	struct flaw item[FLAWS_MAX];
	size_t n;
};

/* Add one, unless the same code was added with the same `x`. */
void flaws_add(struct flaws *, enum point_code, const char *x, const char *y);

bool flaws_has(const struct flaws *, enum point_code);

#endif
