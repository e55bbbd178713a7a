#include <string.h>

#include "unpack/inflate.h"
#include "unpack/peek.h"
#include "mime/transfer_encoding.h"

enum {
	SNIFF = 64,	  /* bytes that tell a container */
	FRONT = 8 * 1024, /* bytes in which a member's name must occur */
	LAYERS = 2,	  /* of compression, besides a zip */

	/* PKWARE APPNOTE 4.3.7: local file header; 4.4.4 and 4.4.5 */
	ZIP_HEADER = 30,
	ZIP_ENCRYPTED = 1,
	ZIP_STREAMED = 8, /* the size stands behind the data */
	STORED = 0,
	DEFLATED = 8
};

/* "{" and what may follow it, behind blanks and a byte order mark. */
static bool
is_object(struct span s)
{
	if (span_begins_nocase(s, "\xef\xbb\xbf"))
		s = span_skip(s, 3);
	s = span_trim(s);
	return s.n >= 2 && s.p[0] == '{' && s.p[1] != '\0' &&
	       strchr("\" \t\r\n}", s.p[1]) != NULL;
}

/* Words in plain text may be base64 too, so look twice at what is no magic. */
static bool
is_base64_container(struct span body)
{
	char front[SNIFF];
	struct span s = { front, 0 };
	enum container kind;
	bool bad;

	s.n = transfer_base64(body, front, sizeof front, &bad);
	kind = s.n < 2 ? CONTAINER_NONE : unpack_sniff(s);
	return kind == CONTAINER_JSON ? is_object(s) : kind != CONTAINER_NONE;
}

enum mime_encoding
peek_encoding(struct span body, enum mime_encoding label)
{
	enum container raw = unpack_sniff(body);
	bool printable = raw == CONTAINER_JSON || raw == CONTAINER_ZLIB;

	if (raw != CONTAINER_NONE)
		return label == MIME_QUOTED_PRINTABLE && printable
			   ? label
			   : MIME_IDENTITY;
	if (label != MIME_BASE64 && is_base64_container(body))
		return MIME_BASE64;
	return label;
}

/* The front of a part, decoded into `room` where it is encoded. */
static struct span
decode_front(
    struct span body, enum mime_encoding label, char *room, size_t size)
{
	struct span s = { room, 0 };
	bool bad;

	switch (peek_encoding(body, label)) {
	case MIME_BASE64:
		s.n = transfer_base64(body, room, size, &bad);
		return s;
	case MIME_QUOTED_PRINTABLE:
		s.n = transfer_quoted_printable(body, room, size);
		return s;
	case MIME_IDENTITY:
	case MIME_UUENCODE:
	case MIME_OTHER:
		break;
	}
	return body;
}

enum container
peek_container(struct span body, enum mime_encoding label)
{
	char room[SNIFF];

	return unpack_sniff(decode_front(body, label, room, sizeof room));
}

/*
 * "policies" alone is not enough: other programs have policies too.  Where it
 * comes first, the others of a policy follow at once.
 */
static bool
has_member(struct span s)
{
	static const char *const names[] = { "\"organization-name\"",
		"\"date-range\"", "\"contact-info\"", "\"report-id\"",
		"\"policy-type\"", "\"total-successful-session-count\"",
		"\"total-failure-session-count\"" };
	size_t i;

	if (s.n > FRONT)
		s.n = FRONT;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (span_find(s, names[i]) < s.n)
			return true;
	return false;
}

/* A text, or one in a gzip or zlib stream, or in two. */
static bool
is_report(struct span s)
{
	char room[2][FRONT];
	enum inflate_format format = INFLATE_GZIP;
	unsigned layer;

	for (layer = 0; layer <= LAYERS; layer++) {
		switch (unpack_sniff(s)) {
		case CONTAINER_JSON:
			return is_object(s) && has_member(s);
		case CONTAINER_GZIP:
			format = INFLATE_GZIP;
			break;
		case CONTAINER_ZLIB:
			format = INFLATE_ZLIB;
			break;
		case CONTAINER_ZIP:
		case CONTAINER_NONE:
			return false;
		}
		s.n = inflate_front(s, format, room[layer % 2], FRONT);
		s.p = room[layer % 2];
	}
	return false;
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
 * Unpack the front of the entry at the front of `zip` into `room`, and pass on
 * to the next; to the end where its place is not known.
 */
static struct span
next_entry(struct span *zip, char *room, size_t size)
{
	const unsigned char *p = (const unsigned char *)zip->p;
	size_t flags = little_endian(p + 6, 2), method;
	struct span data, front = { room, 0 };

	method = little_endian(p + 8, 2);
	data = span_skip(*zip,
	    ZIP_HEADER + little_endian(p + 26, 2) + little_endian(p + 28, 2));
	*zip = span_skip(data,
	    (flags & ZIP_STREAMED) != 0 ? data.n : little_endian(p + 18, 4));
	if ((flags & ZIP_ENCRYPTED) != 0)
		return front;
	if (method == DEFLATED) {
		front.n = inflate_front(data, INFLATE_RAW, room, size);
	} else if (method == STORED && data.n > 0) {
		front.n = data.n < size ? data.n : size;
		memcpy(room, data.p, front.n);
	}
	return front;
}

bool
peek_bytes(struct span s, unsigned entries)
{
	char room[FRONT];

	if (unpack_sniff(s) != CONTAINER_ZIP)
		return is_report(s);
	while (
	    entries-- > 0 && s.n >= ZIP_HEADER && memcmp(s.p, "PK\3\4", 4) == 0)
		if (is_report(next_entry(&s, room, sizeof room)))
			return true;
	return false;
}

bool
peek_part(struct span body, enum mime_encoding label, unsigned entries)
{
	char room[FRONT];

	if (peek_container(body, label) == CONTAINER_NONE)
		return false;
	return peek_bytes(
	    decode_front(body, label, room, sizeof room), entries);
}

/* Whether these bytes tell what they begin: more than blanks, or all. */
static bool
tells(struct span s)
{
	return span_trim(s).n >= SNIFF / 4;
}

bool
peek_front(struct span front, bool is_all)
{
	static const enum mime_encoding labels[] = { MIME_IDENTITY, MIME_BASE64,
		MIME_QUOTED_PRINTABLE };
	char room[FRONT];
	struct span s = { room, 0 };
	bool bad = false;
	size_t i;

	for (i = 0; i < sizeof labels / sizeof *labels; i++)
		if (peek_container(front, labels[i]) != CONTAINER_NONE)
			return true;
	if (is_all)
		return false;
	s.n = transfer_base64(front, room, sizeof room, &bad);
	if (!tells(front) || (!bad && !tells(s)))
		return true;
	s.n = transfer_quoted_printable(front, room, sizeof room);
	return !tells(s);
}

bool
peek_uuencode(struct span s, struct span *name)
{
	size_t at, i;
	bool first = true;

	while ((at = span_find(s, "begin ")) < s.n) {
		if (at > 0)
			first = s.p[at - 1] == '\n' || s.p[at - 1] == '\r';
		s = span_skip(s, at + 6);
		for (i = 0; i < s.n && s.p[i] >= '0' && s.p[i] <= '7';)
			i++;
		if (first && (i == 3 || i == 4) && i < s.n && s.p[i] == ' ') {
			s = span_skip(s, i + 1);
			name->p = s.p;
			for (i = 0;
			     i < s.n && s.p[i] != '\r' && s.p[i] != '\n';)
				i++;
			name->n = i;
			return true;
		}
		first = false;
	}
	return false;
}
