#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/span.h"
#include "files/sliding_window.h"

enum {
	CHUNK = 256 * 1024
};

void
window_begin(struct window *w, window_read_fn *fn, void *arg)
{
	buf_reset(&w->buf);
	w->start = 0;
	w->at_end = false;
	w->read = fn;
	w->arg = arg;
}

/* Somebody may have made standard input non-blocking. */
static ssize_t
read_stream(void *arg, void *p, size_t n)
{
	struct pollfd fd = { *(int *)arg, POLLIN, 0 };
	ssize_t got;

	while ((got = read(fd.fd, p, n)) == -1 && errno == EAGAIN)
		if (poll(&fd, 1, -1) == -1)
			return -1;
	return got;
}

void
window_begin_stream(struct window *w, int *fd)
{
	window_begin(w, read_stream, fd);
}

static ssize_t
read_file(void *arg, void *p, size_t n)
{
	return read(*(int *)arg, p, n);
}

void
window_begin_file(struct window *w, int *fd)
{
	window_begin(w, read_file, fd);
}

struct span
window_span(const struct window *w)
{
	return span_skip(buf_span(&w->buf), w->start);
}

void
window_use(struct window *w, size_t n)
{
	size_t left = w->buf.len - w->start;

	w->start += n < left ? n : left;
}

/* Move what is not used yet to the front of the buffer. */
static void
close_up(struct window *w)
{
	if (w->start == 0)
		return;
	w->buf.len -= w->start;
	memmove(w->buf.data, w->buf.data + w->start, w->buf.len);
	w->start = 0;
}

int
window_more(struct window *w)
{
	size_t room;
	ssize_t n;
	char *p;

	if (w->at_end)
		return 0;
	close_up(w);
	p = buf_room(&w->buf, CHUNK, &room);
	if (room == 0)
		return 0;
	do
		n = w->read(w->arg, p, room);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return -1;
	w->buf.len += (size_t)n;
	w->at_end = n == 0;
	return n > 0;
}

void
window_free(struct window *w)
{
	buf_free(&w->buf);
}
