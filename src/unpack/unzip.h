#ifndef UNPACK_UNZIP_H
#define UNPACK_UNZIP_H

#include "base/buf.h"
#include "base/span.h"
#include "codes/findings.h"
#include "model/limits.h"

/* The entries of a zip file that may be reports, one after the other. */
struct unzip;

/*
 * `bytes` must outlive it.  NULL when refused: zip-invalid or
 * zip-too-many-entries.  Entries that are neither JSON nor gzip, by name and
 * by content, are passed over where there are others.
 */
struct unzip *unzip_open(
    struct span bytes, const struct limits *, struct findings *);

/*
 * The next entry as it stands, into `data`, which is empty: 1; 0 after the
 * last; or -1 with `data` empty: zip-encrypted, zip-invalid or, beyond
 * data->max, decompressed-too-large.
 */
int unzip_next(struct unzip *, struct buf *data, struct findings *);

void unzip_close(struct unzip *);

#endif
