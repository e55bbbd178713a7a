#ifndef OUTPUT_COPY_RANGE_H
#define OUTPUT_COPY_RANGE_H

#include <stddef.h>
#include <sys/types.h>

/* Read at an offset, as pread(), whatever signals come. */
ssize_t read_at(int fd, char *out, size_t size, off_t at);

/*
 * Copy up to `n` bytes from one file to another, as copy_file_range(), also
 * between file systems that do not have it.  Returns the number of bytes, 0 at
 * the end of the file, or -1 with errno; moves both offsets on.
 */
ssize_t copy_range(int from, off_t *at, int to, off_t *end, size_t n);

#endif
