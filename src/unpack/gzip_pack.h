#ifndef UNPACK_GZIP_PACK_H
#define UNPACK_GZIP_PACK_H

#include "base/buf.h"
#include "base/span.h"

/*
 * Append `in` as one gzip file, the same bytes each time: no file name, no
 * time.  -1, with `out` as it was, when out->max does not suffice.
 */
int pack_gzip(struct span in, struct buf *out);

#endif
