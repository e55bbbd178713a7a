#ifndef MIME_PART_BODY_H
#define MIME_PART_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "codes/findings.h"
#include "mime/transfer_encoding.h"
#include "unpack/container.h"

/*
 * The body of a part as it stands in the mail, still in its transfer encoding.
 * The bytes are trusted rather than the label: a container as it stands is not
 * decoded, and the base64 of one is, whatever Content-Transfer-Encoding says.
 * All but part_body_decode() look at the front alone, so that their cost does
 * not grow with the part.
 */

/*
 * Undo the transfer encoding (RFC 2045 §6): `*out` gets the bytes, which lie
 * in `body` itself when nothing was encoded, else in `room`, whose max should
 * not be below body.n.  Whitespace in base64 is skipped, missing padding
 * tolerated.  -1: transfer-encoding or uuencode; message-too-large when `room`
 * is too small.
 */
int part_body_decode(struct span body, enum mime_encoding label,
    struct buf *room, struct span *out, struct findings *);

/* What the part is, its transfer encoding undone. */
enum container part_body_container(struct span body, enum mime_encoding label);

/* Whether it begins as a TLS report does, decoded: see begins_as_report(). */
bool part_body_is_report(
    struct span body, enum mime_encoding label, unsigned entries);

/* The first bytes of a part of which it is not known how it is encoded. */
struct part_front {
	struct span bytes;
	bool is_all;   /* there are no more */
	uint64_t size; /* of the whole, still encoded; or more */
};

/*
 * Whether the part may begin as a TLS report.  false only when
 * part_body_is_report() would be false of the whole, whatever follows.  Where
 * the length of a zip in base64 counts, its lines are taken to be all alike.
 */
bool part_body_may_be_report(const struct part_front *);

/*
 * Whether a line "begin 644 name", as uuencode puts it in front of a file,
 * is in it; `*name` gets the name.
 */
bool part_body_has_uuencode(struct span body, struct span *name);

#endif
