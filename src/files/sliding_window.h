#ifndef FILES_SLIDING_WINDOW_H
#define FILES_SLIDING_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/span.h"

/* Like read(2): how many bytes were read, 0 at the end, -1 with errno. */
typedef ssize_t window_read_fn(void *arg, void *p, size_t n);

/*
 * The part of a file that is in memory: it moves from the file's start to its
 * end, and is never larger than buf.max.
 */
struct window {
	struct buf buf;
	size_t start; /* offset in buf of what is not used yet */
	bool at_end;  /* the whole file was read */
	window_read_fn *read;
	void *arg;
};

/* Begin with another file; the memory is used again. */
void window_begin(struct window *, window_read_fn *, void *arg);

/*
 * The same for a descriptor; `fd` must stay valid as long as it is read.  A
 * stream is waited for when it has nothing to read now, a file is not.
 */
void window_begin_stream(struct window *, int *fd);
void window_begin_file(struct window *, int *fd);

/* What was read and is not used yet; valid until the next window_more(). */
struct span window_span(const struct window *);

/* Mark the first `n` bytes of that as used. */
void window_use(struct window *, size_t n);

/*
 * Read on.  1 when there is more now; 0 at the end of the file, or when the
 * window is full of what is not used; -1 with errno.
 */
int window_more(struct window *);

void window_free(struct window *);

#endif
