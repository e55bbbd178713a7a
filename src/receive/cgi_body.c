#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/buf.h"
#include "net/wait.h"
#include "receive/cgi_body.h"
#include "receive/cgi_request.h"

enum {
	CHUNK = 64 * 1024
};

/* Read at most `n` bytes to `p`: how many, 0 at the end, -1 with errno. */
static ssize_t
read_some(int fd, int64_t until, char *p, size_t n)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t got;

	do {
		if (wait_for(&pfd, 1, until, NULL) != WAIT_READY) {
			errno = ETIMEDOUT;
			return -1;
		}
		got = read(fd, p, n);
	} while (got == -1 && (errno == EINTR || errno == EAGAIN));
	return got;
}

enum cgi_body
cgi_body_read(
    int fd, const struct cgi_request *q, int64_t until, struct buf *body)
{
	uint64_t most = q->has_length ? q->length : UINT64_MAX;
	char one_more, *p;
	size_t room, want;
	ssize_t n = 1;

	if (q->has_length && q->length > body->max)
		return CGI_BODY_TOO_LARGE;
	while (n > 0 && body->len < most) {
		p = buf_room(body, CHUNK, &room);
		want =
		    most - body->len < room ? (size_t)(most - body->len) : room;
		n = room > 0 ? read_some(fd, until, p, want)
			     : read_some(fd, until, &one_more, 1);
		if (n > 0 && room == 0)
			return CGI_BODY_TOO_LARGE;
		if (n > 0)
			body->len += (size_t)n;
	}
	if (n >= 0)
		return CGI_BODY_READ;
	return errno == ETIMEDOUT ? CGI_BODY_LATE : CGI_BODY_BROKEN;
}
