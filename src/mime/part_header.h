#ifndef MIME_PART_HEADER_H
#define MIME_PART_HEADER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"
#include "mime/mail_header.h"
#include "mime/transfer_encoding.h"

/* What the header of a mail or part says of its body. */
struct part_header {
	struct span type, subtype;
	struct span media, disposition; /* Content-Type, -Disposition, whole */
	enum mime_encoding encoding;
};

/* Of a field that occurs twice the first counts. */
void part_header_read(
    const struct head *, bool in_digest, struct part_header *);

/* The file name that they give, decoded; "" without one. */
const char *part_header_filename(const struct part_header *, struct arena *);

/* Whether it is a mail of its own (RFC 2046 §5.2.1, RFC 6532 §3.7). */
bool part_header_is_mail(const struct part_header *);

/* Whether it has a transfer encoding that changes bytes. */
bool part_header_is_encoded(const struct part_header *);

#endif
