#ifndef UNPACK_UNZIP_H
#define UNPACK_UNZIP_H

#include "base/buf.h"
#include "model/limits.h"
#include "base/span.h"
#include "codes/findings.h"

/* The report texts in a zip file, one after the other. */
struct unzip;

/*
 * `bytes` must outlive it.  NULL when refused: zip-invalid or
 * zip-too-many-entries.  Entries that are neither JSON nor gzip, by name and
 * by content, are passed over where there are others.
 */
struct unzip *unzip_open(
    struct span bytes, const struct limits *, struct findings *);

/*
 * Append the next text, unpacked once more where it is a gzip file: 1; 0 after
 * the last; or -1 with `text` as it was: zip-encrypted, zip-invalid,
 * decompressed-too-large, or what inflate_gzip() says.
 */
int unzip_next(struct unzip *, struct buf *text, struct findings *);

void unzip_close(struct unzip *);

#endif
