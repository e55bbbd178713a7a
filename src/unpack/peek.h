#ifndef UNPACK_PEEK_H
#define UNPACK_PEEK_H

#include <stdbool.h>

#include "base/span.h"
#include "mime/mime.h"
#include "unpack/unpack.h"

/*
 * A look at the front of a part.  Cost does not grow with the part, and what
 * it holds is never inflated whole.
 */

/*
 * The transfer encoding the bytes are in, whatever the label says: MIME_BASE64
 * where an unlabelled text is the base64 of a container, MIME_IDENTITY where
 * the bytes are one already, else the label.
 */
enum mime_encoding peek_encoding(struct span body, enum mime_encoding label);

/* What the part is, its transfer encoding undone. */
enum container peek_container(struct span body, enum mime_encoding label);

/*
 * Whether it begins as a TLS report does, unpacked: "{" and, near the front,
 * the name of a member that no other document has.  Of a zip as many entries
 * are looked at as lie near its front.
 */
bool peek_part(struct span body, enum mime_encoding label, unsigned entries);

/*
 * The same for a part of which only so many bytes at its front are known, and
 * not how it is encoded.  false only when what follows could not make
 * peek_part() true.
 */
bool peek_front(struct span front, bool is_all);

/* The same for bytes that have no transfer encoding: all are there to see. */
bool peek_bytes(struct span bytes, unsigned entries);

/* Whether a line "begin 644 name" is in it; `*name` gets the name. */
bool peek_uuencode(struct span body, struct span *name);

#endif
