#ifndef NET_DEFLATE_H
#define NET_DEFLATE_H

#include <stddef.h>
#include <sys/types.h>

#include "base/span.h"

/*
 * The bytes of a connection, compressed both ways (RFC 4978).  No more is
 * unpacked than there is room for, so that a bomb costs its sender as much time
 * as the same bytes would that are not compressed.
 */
struct deflate;

struct deflate *deflate_new(void);
void deflate_free(struct deflate *); /* NULL is legal */

/*
 * What came from the other side.  It stays where it is until deflate_take() has
 * returned 0; nothing is given before that.
 */
void deflate_give(struct deflate *, struct span packed);

/* Unpack up to `n` bytes; 0 when all is unpacked, -1 when it cannot be. */
ssize_t deflate_take(struct deflate *, void *out, size_t n);

/* Pack, so that the other side can read all of it; good until the next call. */
struct span deflate_pack(struct deflate *, struct span);

#endif
