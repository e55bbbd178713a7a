#ifndef UNPACK_UNPACK_H
#define UNPACK_UNPACK_H

#include "base/buf.h"
#include "model/limits.h"
#include "base/span.h"
#include "codes/findings.h"
#include "mime/mime.h"

/*
 * Undo a Content-Transfer-Encoding (RFC 2045 §6): `*out` gets the bytes, which
 * lie in `body` itself when nothing was encoded, else in `room`, whose max
 * should not be below body.n.  Whitespace in base64 is skipped, missing padding
 * tolerated.  The bytes are trusted rather than the label: a container as it
 * stands is not decoded, and the base64 of one is, whatever the label.  -1:
 * transfer-encoding or uuencode; message-too-large when `room` is too small.
 */
int unpack_transfer(struct span body, enum mime_encoding, struct buf *room,
    struct span *out, struct findings *);

enum container {
	CONTAINER_NONE, /* none of these */
	CONTAINER_JSON, /* "{" or "[" after blanks and a byte order mark */
	CONTAINER_GZIP,
	CONTAINER_ZLIB,
	CONTAINER_ZIP
};

/* What the bytes are, whatever their label says. */
enum container unpack_sniff(struct span bytes);

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
 * no container are passed on as they are.  The size limit is text->max,
 * counted while inflating.  Warnings as in requirements R3 and R12, and the
 * note multiple-report-parts where a zip holds several.
 */
int unpack_next(struct unpack *, struct buf *text, struct findings *);
void unpack_close(struct unpack *);

#endif
