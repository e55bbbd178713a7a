#ifndef MIME_TRANSFER_ENCODING_H
#define MIME_TRANSFER_ENCODING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* What Content-Transfer-Encoding says (RFC 2045 §6). */
enum mime_encoding {
	MIME_IDENTITY, /* 7bit, 8bit, binary, absent */
	MIME_BASE64,
	MIME_QUOTED_PRINTABLE,
	MIME_UUENCODE, /* x-uuencode and its like */
	MIME_OTHER
};

/*
 * Decode what RFC 2045 §6.7 and §6.8 define, as real mail has it.  `out` has
 * `room` bytes; what does not fit is left out.  Both return how many bytes
 * they wrote, never more than in.n.
 */

/*
 * Blanks and line ends anywhere are skipped, padding may be missing, and may
 * stand inside where two encoded texts were joined.  `*bad` is set when
 * another character, or a single one too many, ended the decoding.
 */
size_t transfer_base64(struct span in, char *out, size_t room, bool *bad);

/* An "=" that encodes nothing stands for itself. */
size_t transfer_quoted_printable(struct span in, char *out, size_t room);

/* The byte that two hexadecimal digits at `p` mean; -1 when they are none. */
int transfer_hex(const char *p);

#endif
