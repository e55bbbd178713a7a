#ifndef TESTS_MAILS_H
#define TESTS_MAILS_H

/* What the tests of mail share. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/span.h"

/* The bytes of a file; the caller frees them.  p NULL when there is none. */
static inline struct span
read_whole(const char *path)
{
	struct buf b = { .max = SIZE_MAX / 2 };
	FILE *f = fopen(path, "rb");
	size_t room, n;
	char *to;

	if (f == NULL)
		return (struct span){ NULL, 0 };
	do {
		to = buf_room(&b, 64 * 1024, &room);
		n = fread(to, 1, room, f);
		b.len += n;
	} while (n > 0);
	fclose(f);
	return buf_span(&b);
}

/* A copy without a byte of slack behind it, for the sanitizer to watch. */
static inline struct span
exact_copy(struct span s)
{
	char *p = xmalloc(s.n > 0 ? s.n : 1);

	if (s.n > 0 && s.p != NULL)
		memcpy(p, s.p, s.n);
	return (struct span){ p, s.n };
}

static inline void
free_span(struct span s)
{
	char *p;

	memcpy(&p, &s.p, sizeof p);
	free(p);
}

static inline bool
same(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

#endif
