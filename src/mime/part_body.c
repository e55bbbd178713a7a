#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "mime/part_body.h"
#include "mime/report_front.h"
#include "mime/transfer_encoding.h"
#include "unpack/container.h"
#include "unpack/text_front.h"

enum {
	KIND = 64 /* bytes that tell what a container is */
};

/* Words in plain text may be base64 too, so look twice at what is no magic. */
static bool
is_base64_container(struct span body)
{
	char front[KIND];
	struct span s = { front, 0 };
	enum container kind;
	bool bad;

	s.n = transfer_base64(body, front, sizeof front, &bad);
	kind = s.n < 2 ? CONTAINER_NONE : container_kind(s);
	return kind == CONTAINER_JSON ? begins_as_object(s)
				      : kind != CONTAINER_NONE;
}

/*
 * The encoding that the bytes are in: base64 where an unlabelled text is the
 * base64 of a container, none where the bytes are one already, else the label.
 */
static enum mime_encoding
encoding_of(struct span body, enum mime_encoding label)
{
	enum container raw = container_kind(body);
	bool printable = raw == CONTAINER_JSON || raw == CONTAINER_ZLIB;

	if (raw != CONTAINER_NONE)
		return label == MIME_QUOTED_PRINTABLE && printable
			   ? label
			   : MIME_IDENTITY;
	if (label != MIME_BASE64 && is_base64_container(body))
		return MIME_BASE64;
	return label;
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
part_body_decode(struct span body, enum mime_encoding label, struct buf *room,
    struct span *out, struct findings *fs)
{
	char *to;

	switch (encoding_of(body, label)) {
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

/* The front of a part, decoded into `room` where it is encoded. */
static struct span
decode_front(
    struct span body, enum mime_encoding label, char *room, size_t size)
{
	struct span s = { room, 0 };
	bool bad;

	switch (encoding_of(body, label)) {
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
part_body_container(struct span body, enum mime_encoding label)
{
	char room[KIND];

	return container_kind(decode_front(body, label, room, sizeof room));
}

bool
part_body_is_report(
    struct span body, enum mime_encoding label, unsigned entries)
{
	char room[TEXT_FRONT];

	if (part_body_container(body, label) == CONTAINER_NONE)
		return false;
	return begins_as_report(
	    decode_front(body, label, room, sizeof room), entries);
}

/* Whether these bytes tell what they begin: more than blanks, or all. */
static bool
tells(struct span s)
{
	return span_trim(s).n >= KIND / 4;
}

/* How long a part may be once it is decoded. */
static uint64_t
decoded_size(const struct part_front *front, enum mime_encoding label)
{
	struct span rest = front->bytes;
	size_t line = span_find(rest, "\n") + 1;
	uint64_t n = front->size;

	if (encoding_of(front->bytes, label) != MIME_BASE64)
		return n;
	rest = span_skip(rest, line);
	if (line > 2 && span_find(rest, "\n") + 1 == line && line <= rest.n)
		n -= n / line * (rest.p[line - 2] == '\r' ? 2 : 1);
	return n / 4 * 3 + 3;
}

bool
part_body_may_be_report(const struct part_front *front)
{
	static const enum mime_encoding labels[] = { MIME_IDENTITY, MIME_BASE64,
		MIME_QUOTED_PRINTABLE };
	char room[TEXT_FRONT];
	struct span s = { room, 0 }, bytes = front->bytes;
	bool bad = false;
	size_t i;

	for (i = 0; i < sizeof labels / sizeof *labels; i++)
		if (part_body_container(bytes, labels[i]) != CONTAINER_NONE &&
		    may_begin_as_report(
			decode_front(bytes, labels[i], room, sizeof room),
			decoded_size(front, labels[i])))
			return true;
	if (front->is_all)
		return false;
	s.n = transfer_base64(bytes, room, sizeof room, &bad);
	if (!tells(bytes) || (!bad && !tells(s)))
		return true;
	s.n = transfer_quoted_printable(bytes, room, sizeof room);
	return !tells(s);
}

bool
part_body_has_uuencode(struct span s, struct span *name)
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
