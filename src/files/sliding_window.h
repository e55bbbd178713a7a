#ifndef FILES_SLIDING_WINDOW_H
#define FILES_SLIDING_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

/* As read(2): bytes, 0 at the end, -1 with errno. */
typedef ssize_t window_read_fn(void *arg, void *p, size_t n);

/*
 * A stretch of a file that moves from its start to its end, in memory that is
 * used again and never more than buf.max.
 */
struct window {
	struct buf buf;
	size_t start; /* of what is not used yet, in buf */
	bool at_end;  /* all of the file was read */
	window_read_fn *read;
	void *arg;
};

/* Begin with another file; the memory is kept. */
void window_begin(struct window *, window_read_fn *, void *arg);

/* The same for a descriptor, which must stay in place with the window. */
void window_begin_fd(struct window *, int *fd);

/* What was read and is not used yet; any window_more() moves it. */
struct span window_span(const struct window *);

/* Done with the first `n` bytes of that. */
void window_use(struct window *, size_t n);

/*
 * Read on.  1 when there is more now; 0 at the end of the file, or when the
 * window is full of what is not used; -1 with errno.
 */
int window_more(struct window *);

void window_free(struct window *);

#endif
