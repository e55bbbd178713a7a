#ifndef UNPACK_INFLATE_H
#define UNPACK_INFLATE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "codes/findings.h"

/*
 * Append what a gzip file (RFC 1952) holds: every member (requirement R12).
 * Warns of gzip-multi-member and gzip-trailing-data.  -1 with `out` as it was:
 * gzip-invalid, gzip-truncated, or decompressed-too-large when out->max is
 * reached, and not after it.
 */
int inflate_gzip(struct span in, struct buf *out, struct findings *);

/* The same for a zlib stream (RFC 1950). */
int inflate_zlib(struct span in, struct buf *out, struct findings *);

enum inflate_format {
	INFLATE_GZIP,
	INFLATE_ZLIB,
	INFLATE_RAW /* deflate alone (RFC 1951), as in a zip */
};

/*
 * Inflate only until `room` bytes are there or `in` ends or is broken.  Returns
 * how many there are: 0 when it is broken from the start.
 */
size_t inflate_front(
    struct span in, enum inflate_format, void *out, size_t room);

#endif
