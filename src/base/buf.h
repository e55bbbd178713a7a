#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

#include "base/span.h"

/*
 * Bytes that grow up to a bound.  Initialize with { .max = N }; the first use
 * allocates, buf_free() frees.
 */
struct buf {
	char *data;
	size_t len, cap;
	size_t max; /* len never exceeds it */
};

/*
 * Get room to write behind the content: `want` bytes or more, or what is left
 * to the bound.  `*room` gets the number of bytes, 0 at the bound.  The caller
 * adds to `len` what it wrote.
 */
char *buf_room(struct buf *, size_t want, size_t *room);

/* Append; -1 with nothing appended when it would exceed the bound. */
int buf_append(struct buf *, const void *p, size_t n);

/* The content; valid until more is added. */
struct span buf_span(const struct buf *);

/* Forget the content, keep the memory. */
void buf_reset(struct buf *);
void buf_free(struct buf *);

#endif
