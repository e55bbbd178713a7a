#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/span.h"

enum {
	SMALLEST = 4096
};

/* Grow to hold `need` bytes, by doubling, but never beyond the bound. */
static void
reserve(struct buf *b, size_t need)
{
	size_t cap = b->cap > 0 ? b->cap : SMALLEST;

	if (need <= b->cap)
		return;
	while (cap < need)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	if (cap > b->max)
		cap = b->max;
	b->data = xreallocarray(b->data, cap, 1);
	b->cap = cap;
}

char *
buf_room(struct buf *b, size_t want, size_t *room)
{
	size_t left = b->max - b->len;

	if (want > left)
		want = left;
	reserve(b, b->len + want);
	*room = b->cap - b->len;
	return b->data != NULL ? b->data + b->len : NULL;
}

int
buf_append(struct buf *b, const void *p, size_t n)
{
	if (n > b->max - b->len)
		return -1;
	if (n == 0)
		return 0;
	reserve(b, b->len + n);
	memcpy(b->data + b->len, p, n);
	b->len += n;
	return 0;
}

struct span
buf_span(const struct buf *b)
{
	return (struct span){ b->data, b->len };
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
}

void
buf_free(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
}
