#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "mime/charset.h"
#include "mime/encoded_words.h"
#include "mime/header_field.h"
#include "mime/mail_header.h"
#include "mime/parameter.h"
#include "mime/part_header.h"
#include "mime/transfer_encoding.h"

static enum mime_encoding
read_encoding(struct span value)
{
	struct span word = field_token(&value);
	static const struct {
		const char *name;
		enum mime_encoding encoding;
	} known[] = {
		{ "base64", MIME_BASE64 },
		{ "quoted-printable", MIME_QUOTED_PRINTABLE },
		{ "7bit", MIME_IDENTITY },
		{ "8bit", MIME_IDENTITY },
		{ "binary", MIME_IDENTITY },
		{ "x-uuencode", MIME_UUENCODE },
		{ "uuencode", MIME_UUENCODE },
		{ "x-uue", MIME_UUENCODE },
	};
	size_t i;

	for (i = 0; i < sizeof known / sizeof *known; i++)
		if (span_is_nocase(word, known[i].name))
			return known[i].encoding;
	return MIME_OTHER;
}

void
part_header_read(const struct head *h, bool in_digest, struct part_header *e)
{
	struct span encoding = h->value[HEAD_ENCODING];

	e->media = h->value[HEAD_CONTENT_TYPE];
	e->disposition = h->value[HEAD_DISPOSITION];
	e->encoding = encoding.n > 0 ? read_encoding(encoding) : MIME_IDENTITY;
	if (field_media_type(e->media, &e->type, &e->subtype))
		return;
	e->type = span_of(in_digest ? "message" : "text");
	e->subtype = span_of(in_digest ? "rfc822" : "plain");
}

const char *
part_header_filename(const struct part_header *e, struct arena *arena)
{
	struct span charset, name;

	name = parameter_bytes(e->disposition, "filename", arena, &charset);
	if (name.p == NULL)
		name = parameter_bytes(e->media, "name", arena, &charset);
	if (name.p == NULL)
		return "";
	if (charset.p != NULL)
		return charset_text(charset, name, arena);
	return encoded_words_text(
	    name, arena); /* RFC 2047 in quotes is common */
}

bool
part_header_is_mail(const struct part_header *e)
{
	return span_is_nocase(e->type, "message") &&
	       (span_is_nocase(e->subtype, "rfc822") ||
		   span_is_nocase(e->subtype, "global"));
}

bool
part_header_is_encoded(const struct part_header *e)
{
	return e->encoding == MIME_BASE64 ||
	       e->encoding == MIME_QUOTED_PRINTABLE;
}
