#include <string.h>

#include "report/inflate.h"
#include "report/peek.h"
#include "report/transfer.h"

enum {
	SNIFF = 64,	  /* bytes that tell a container */
	FRONT = 8 * 1024, /* bytes in which a member's name must occur */
	LAYERS = 3,	  /* a text in a gzip file in a zip file */

	/* PKWARE APPNOTE 4.3.7: local file header, and 4.4.5 */
	ZIP_HEADER = 30,
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

/* The front of the first entry of a zip, unpacked into `room`. */
static size_t
zip_front(struct span zip, char *room, size_t size)
{
	const unsigned char *p = (const unsigned char *)zip.p;
	struct span data;
	unsigned method;

	if (zip.n < ZIP_HEADER || (p[6] & 1) != 0) /* encrypted */
		return 0;
	method = p[8] | (unsigned)p[9] << 8;
	data = span_skip(zip, ZIP_HEADER + (p[26] | (size_t)p[27] << 8) +
				  (p[28] | (size_t)p[29] << 8));
	if (method == DEFLATED)
		return inflate_front(data, INFLATE_RAW, room, size);
	if (method != STORED || data.n == 0)
		return 0;
	data.n = data.n < size ? data.n : size;
	memcpy(room, data.p, data.n);
	return data.n;
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

bool
peek_bytes(struct span s)
{
	char room[2][FRONT], *to;
	unsigned layer;

	for (layer = 0; layer < LAYERS; layer++) {
		to = room[layer % 2];
		switch (unpack_sniff(s)) {
		case CONTAINER_JSON:
			return is_object(s) && has_member(s);
		case CONTAINER_GZIP:
			s.n = inflate_front(s, INFLATE_GZIP, to, FRONT);
			break;
		case CONTAINER_ZLIB:
			s.n = inflate_front(s, INFLATE_ZLIB, to, FRONT);
			break;
		case CONTAINER_ZIP:
			s.n = zip_front(s, to, FRONT);
			break;
		case CONTAINER_NONE:
			return false;
		}
		s.p = to;
	}
	return false;
}

bool
peek_part(struct span body, enum mime_encoding label)
{
	char room[FRONT];

	if (peek_container(body, label) == CONTAINER_NONE)
		return false;
	return peek_bytes(decode_front(body, label, room, sizeof room));
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
