#include <stdint.h>
#include <string.h>

#include "base/span.h"
#include "unpack/container.h"
#include "unpack/inflate.h"
#include "unpack/text_front.h"

enum {
	LAYERS = 2, /* of compression, besides a zip */

	/* PKWARE APPNOTE 4.3.7: local file header; 4.3.12, 4.3.16: its entry in
	 * the directory, and the end of that; 4.4.4 and 4.4.5 */
	ZIP_HEADER = 30,
	ZIP_DIRECTORY = 46,
	ZIP_END = 22,
	ZIP_ENCRYPTED = 1,
	ZIP_STREAMED = 8, /* the size stands behind the data */
	STORED = 0,
	DEFLATED = 8
};

void
text_fronts_begin(struct text_fronts *t, struct span bytes, unsigned entries)
{
	t->rest = bytes;
	t->end_at = 0;
	t->begin = (const unsigned char *)bytes.p;
	t->is_zip = container_kind(bytes) == CONTAINER_ZIP;
	t->entries = t->is_zip ? entries : 1;
}

/* The beginning of a text that is packed in gzip or zlib, or in both. */
static struct span
undo_layers(struct text_fronts *t, struct span s)
{
	enum inflate_format format;
	enum container kind;
	unsigned i;

	for (i = 0; i < LAYERS; i++) {
		kind = container_kind(s);
		if (kind != CONTAINER_GZIP && kind != CONTAINER_ZLIB)
			break;
		format = kind == CONTAINER_GZIP ? INFLATE_GZIP : INFLATE_ZLIB;
		s.n = inflate_front(s, format, t->layer[i], TEXT_FRONT);
		s.p = t->layer[i];
	}
	return s;
}

static size_t
little_endian(const unsigned char *p, unsigned bytes)
{
	size_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

/*
 * The beginning of the entry at the front of the zip; t->rest moves on to the
 * next one, or to the end where the place of the next is not known.
 */
static struct span
next_entry(struct text_fronts *t)
{
	const unsigned char *p = (const unsigned char *)t->rest.p;
	size_t flags = little_endian(p + 6, 2), method, header, size;
	struct span data, front = { t->entry, 0 };

	method = little_endian(p + 8, 2);
	header =
	    ZIP_HEADER + little_endian(p + 26, 2) + little_endian(p + 28, 2);
	data = span_skip(t->rest, header);
	size = (flags & ZIP_STREAMED) != 0 ? data.n : little_endian(p + 18, 4);
	t->rest = span_skip(data, size);
	t->end_at = 0;
	if ((flags & ZIP_STREAMED) == 0)
		t->end_at = (uint64_t)(p - t->begin) + header + size +
			    ZIP_DIRECTORY + little_endian(p + 26, 2) + ZIP_END;
	if ((flags & ZIP_ENCRYPTED) != 0)
		return front;
	if (method == DEFLATED) {
		front.n =
		    inflate_front(data, INFLATE_RAW, t->entry, TEXT_FRONT);
	} else if (method == STORED && data.n > 0) {
		front.n = data.n < TEXT_FRONT ? data.n : TEXT_FRONT;
		memcpy(t->entry, data.p, front.n);
	}
	return front;
}

bool
text_fronts_next(struct text_fronts *t, struct span *front)
{
	if (t->entries == 0)
		return false;
	t->entries--;
	if (t->is_zip &&
	    (t->rest.n < ZIP_HEADER || memcmp(t->rest.p, "PK\3\4", 4) != 0))
		return false;
	*front = undo_layers(t, t->is_zip ? next_entry(t) : t->rest);
	if (front->n > TEXT_FRONT)
		front->n = TEXT_FRONT;
	return true;
}
