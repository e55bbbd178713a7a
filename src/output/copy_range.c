#define _GNU_SOURCE /* copy_file_range */

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "output/copy_range.h"

enum {
	CHUNK = 16 * 1024
};

ssize_t
read_at(int fd, char *out, size_t size, off_t at)
{
	ssize_t n;

	do
		n = pread(fd, out, size, at);
	while (n == -1 && errno == EINTR);
	return n;
}

/* Through memory, where the system has no way of its own. */
static ssize_t
copy_chunk(int from, off_t *at, int to, off_t *end, size_t most)
{
	char chunk[CHUNK];
	ssize_t n, written;

	n = read_at(
	    from, chunk, most < sizeof chunk ? most : sizeof chunk, *at);
	if (n <= 0)
		return n;
	written = pwrite(to, chunk, (size_t)n, *end);
	if (written > 0) {
		*at += written;
		*end += written;
	}
	return written;
}

ssize_t
copy_range(int from, off_t *at, int to, off_t *end, size_t n)
{
	ssize_t copied = copy_file_range(from, at, to, end, n, 0);

	if (copied != -1 || (errno != EXDEV && errno != EINVAL &&
				errno != ENOSYS && errno != EOPNOTSUPP))
		return copied;
	return copy_chunk(from, at, to, end, n);
}
