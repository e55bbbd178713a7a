#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "unpack/inflate.h"
#include "unpack/peek.h"
#include "mime/transfer_encoding.h"
#include "unpack/unpack.h"
#include "unpack/unzip.h"

struct unpack {
	struct span bytes;
	const struct limits *limits;
	bool begun;
	struct unzip *zip;
};

/* zlib's usual header: window 32 K, no dictionary, the check (RFC 1950 §2.2) */
static bool
is_zlib(const unsigned char *p)
{
	return p[0] == 0x78 && (p[1] & 0x20) == 0 &&
	       (p[0] * 256 + p[1]) % 31 == 0;
}

static bool
is_json(struct span s)
{
	if (span_begins_nocase(s, "\xef\xbb\xbf"))
		s = span_skip(s, 3);
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t' || s.p[0] == '\r' ||
			      s.p[0] == '\n'))
		s = span_skip(s, 1);
	return s.n > 0 && (s.p[0] == '{' || s.p[0] == '[');
}

enum container
unpack_sniff(struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	if (s.n >= 1 && p[0] == 0x1f && (s.n == 1 || p[1] == 0x8b))
		return CONTAINER_GZIP;
	if (s.n >= 4 &&
	    (memcmp(p, "PK\3\4", 4) == 0 || memcmp(p, "PK\5\6", 4) == 0))
		return CONTAINER_ZIP;
	if (s.n >= 2 && is_zlib(p))
		return CONTAINER_ZLIB;
	return is_json(s) ? CONTAINER_JSON : CONTAINER_NONE;
}

/* `room` gets the decoded bytes, which are never more than the encoded. */
static int
make_room(struct buf *room, size_t n, char **to, struct findings *fs)
{
	size_t left;

	buf_reset(room);
	*to = buf_room(room, n, &left);
	if (left >= n)
		return 0;
	return findings_reject(
	    fs, CODE_MESSAGE_TOO_LARGE, "over %zu bytes", room->max);
}

static int
decode_base64(struct span body, enum mime_encoding label, struct buf *room,
    struct span *out, struct findings *fs)
{
	size_t n = body.n / 4 * 3 + 3;
	char *to;
	bool bad;

	if (make_room(room, n, &to, fs) == -1)
		return -1;
	room->len = transfer_base64(body, to, n, &bad);
	*out = bad ? body : buf_span(room);
	if (bad && label == MIME_BASE64)
		return findings_reject(fs, CODE_TRANSFER_ENCODING,
		    "base64: broken after %zu bytes", room->len);
	return 0; /* or it only looked like base64 */
}

int
unpack_transfer(struct span body, enum mime_encoding label, struct buf *room,
    struct span *out, struct findings *fs)
{
	char *to;

	switch (peek_encoding(body, label)) {
	case MIME_BASE64:
		return decode_base64(body, label, room, out, fs);
	case MIME_QUOTED_PRINTABLE:
		if (make_room(room, body.n, &to, fs) == -1)
			return -1;
		room->len = transfer_quoted_printable(body, to, body.n);
		*out = buf_span(room);
		return 0;
	case MIME_UUENCODE:
		return findings_reject(
		    fs, CODE_UUENCODE, "Content-Transfer-Encoding");
	case MIME_IDENTITY:
	case MIME_OTHER:
		break;
	}
	*out = body;
	return 0;
}

struct unpack *
unpack_open(struct span bytes, const struct limits *limits)
{
	struct unpack *u = xcalloc(1, sizeof *u);

	u->bytes = bytes;
	u->limits = limits;
	return u;
}

static int
first_of_zip(struct unpack *u, struct buf *text, struct findings *fs)
{
	findings_add(fs, CODE_CONTAINER_ZIP, "zip");
	if ((u->zip = unzip_open(u->bytes, u->limits, fs)) == NULL)
		return -1;
	return unzip_next(u->zip, text, fs);
}

int
unpack_next(struct unpack *u, struct buf *text, struct findings *fs)
{
	buf_reset(text);
	if (u->zip != NULL) {
		findings_add(fs, CODE_CONTAINER_ZIP, "zip");
		return unzip_next(u->zip, text, fs);
	}
	if (u->begun)
		return 0;
	u->begun = true;
	switch (unpack_sniff(u->bytes)) {
	case CONTAINER_ZIP:
		return first_of_zip(u, text, fs);
	case CONTAINER_GZIP:
		return inflate_gzip(u->bytes, text, fs) == 0 ? 1 : -1;
	case CONTAINER_ZLIB:
		findings_add(fs, CODE_CONTAINER_ZLIB, "zlib");
		return inflate_zlib(u->bytes, text, fs) == 0 ? 1 : -1;
	case CONTAINER_JSON:
	case CONTAINER_NONE:
		break;
	}
	if (buf_append(text, u->bytes.p, u->bytes.n) == 0)
		return 1;
	return findings_reject(
	    fs, CODE_JSON_TOO_LARGE, "over %zu bytes", text->max);
}

void
unpack_close(struct unpack *u)
{
	if (u == NULL)
		return;
	unzip_close(u->zip);
	free(u);
}
