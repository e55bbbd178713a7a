#ifndef UNPACK_UNPACK_H
#define UNPACK_UNPACK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/span.h"
#include "codes/findings.h"
#include "model/limits.h"

/*
 * The report texts in a container: one, or for a zip one an entry (at most
 * limits->reports).  `bytes` must outlive it.  Never NULL.
 */
struct unpack *unpack_open(struct span bytes, const struct limits *);

/*
 * The next text: 1 with `text` replaced by it, 0 after the last; -1 refused,
 * with `text` empty: gzip-invalid, gzip-truncated (zlib too), json-too-large,
 * decompressed-too-large, zip-invalid, zip-encrypted, zip-too-many-entries.
 * After a refused zip entry the next call goes on behind it.  Bytes that are
 * no container are passed on as they are, and so is what is still packed under
 * two layers of gzip or zlib.  The size limit of each layer is text->max,
 * counted while inflating.  Warnings as in requirements R3 and R12, and the
 * note multiple-report-parts where a zip holds several.
 */
int unpack_next(struct unpack *, struct buf *text, struct findings *);

/* Whether the last text is what a gzip file holds, and the bytes are that. */
bool unpack_is_gzip_file(const struct unpack *);
void unpack_close(struct unpack *);

#endif
