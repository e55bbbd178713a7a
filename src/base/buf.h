#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

#include "base/span.h"

/*
 * Bytes that grow, up to a bound.  Start with { .max = N }; nothing is
 * allocated before the first use.  The memory is the buffer's own.
 */
struct buf {
	char *data;
	size_t len, cap;
	size_t max; /* len never exceeds it */
};

/*
 * Room to write behind the content: at least one byte and, unless the bound is
 * nearer, at least `want`.  `*room` gets how many.  When the bound is reached
 * `*room` is 0.  The writer adds to `len` what it wrote.
 */
char *buf_room(struct buf *, size_t want, size_t *room);

/* Append; -1 with nothing appended when it would exceed the bound. */
int buf_append(struct buf *, const void *p, size_t n);

/* What it holds; valid until the next call that adds to it. */
struct span buf_span(const struct buf *);

/* Forget the content, keep the memory. */
void buf_reset(struct buf *);
void buf_free(struct buf *);

#endif
