#ifndef MIME_PART_HEADER_H
#define MIME_PART_HEADER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/span.h"
#include "mime/mail_header.h"
#include "mime/transfer_encoding.h"

/* What the header of an entity says of its body. */
struct entity {
	struct span header;
	struct span type, subtype;
	struct span media, disposition; /* those two fields, unparsed */
	enum mime_encoding encoding;
};

/* Of a field that stands there twice the first counts. */
void entity_read(const struct head *, bool in_digest, struct entity *);

/* The file name in those fields, decoded; "" without one. */
const char *entity_filename(const struct entity *, struct arena *);

/* Whether it is a mail of its own (RFC 2046 §5.2.1, RFC 6532 §3.7). */
bool entity_is_mail(const struct entity *);

/* Whether it has a transfer encoding that changes bytes. */
bool entity_is_encoded(const struct entity *);

#endif
