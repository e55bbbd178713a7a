#include <iconv.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"
#include "base/utf8.h"
#include "mime/charset.h"

enum {
	NAME = 32,  /* longer than any charset's name */
	GROWTH = 8, /* one byte becomes fewer bytes of UTF-8 than this */
	SLACK = 16  /* bytes that a converter may write beyond that */
};

/*
 * iconv_open() loads a converter for any name that a stranger writes into a
 * mail, so it is called for the charsets alone that mail uses.
 */
static bool
is_known(struct span charset)
{
	static const char *const families[] = { "iso-8859-", "iso8859-",
		"windows-125", "cp125", "koi8-" };
	static const char *const names[] = { "gb2312", "gbk", "gb18030", "big5",
		"big5-hkscs", "shift_jis", "sjis", "euc-jp", "euc-kr",
		"iso-2022-jp", "iso-2022-kr", "ks_c_5601-1987", "tis-620",
		"windows-874", "windows-31j", "utf-16", "utf-16le", "utf-16be",
		"utf-7", "macintosh", "ibm866", "cp866" };
	size_t i;

	for (i = 0; i < sizeof families / sizeof *families; i++)
		if (span_begins_nocase(charset, families[i]))
			return true;
	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (span_is_nocase(charset, names[i]))
			return true;
	return false;
}

static iconv_t
open_converter(struct span charset)
{
	char name[NAME];
	size_t i;

	if (charset.n >= sizeof name || !is_known(charset))
		return (iconv_t)-1;
	for (i = 0; i < charset.n; i++) {
		name[i] = charset.p[i];
		if (name[i] == '/' || name[i] == '\0') /* "//IGNORE" */
			return (iconv_t)-1;
	}
	name[i] = '\0';
	return iconv_open("UTF-8", name);
}

static bool
is_utf8(struct span s)
{
	size_t len;
	unsigned c;

	for (; s.n > 0; s = span_skip(s, len))
		if ((len = text_utf8(s.p, s.n, &c)) == 0)
			return false;
	return true;
}

static int
convert_with(iconv_t cd, struct span bytes, struct buf *out)
{
	char *in, *to;
	size_t left = bytes.n, room, n;

	/* iconv() takes char ** but writes nothing there */
	memcpy(&in, &bytes.p, sizeof in);
	to = buf_room(out, bytes.n * GROWTH + SLACK, &room);
	n = room;
	if (iconv(cd, &in, &left, &to, &n) == (size_t)-1 || left > 0)
		return -1;
	out->len += room - n;
	return 0;
}

int
charset_convert(struct span charset, struct span bytes, struct buf *out)
{
	iconv_t cd;
	int rc;

	if (span_is_nocase(charset, "utf-8") ||
	    span_is_nocase(charset, "utf8") ||
	    span_is_nocase(charset, "us-ascii"))
		return is_utf8(bytes) ? buf_append(out, bytes.p, bytes.n) : -1;
	if ((cd = open_converter(charset)) == (iconv_t)-1)
		return -1;
	rc = convert_with(cd, bytes, out);
	iconv_close(cd);
	return rc;
}

/* How many bytes `s` takes as UTF-8 when bytes that are not are Latin 1. */
static size_t
repaired_size(struct span s)
{
	size_t len, n = 0;
	unsigned c;

	for (; s.n > 0; s = span_skip(s, len)) {
		len = text_utf8(s.p, s.n, &c);
		n += len > 0 ? len : 2;
		len = len > 0 ? len : 1;
	}
	return n;
}

static const char *
repair(struct span s, struct arena *arena)
{
	char *text = arena_alloc(arena, repaired_size(s) + 1), *to = text;
	size_t len;
	unsigned c;

	for (; s.n > 0; s = span_skip(s, len)) {
		if ((len = text_utf8(s.p, s.n, &c)) == 0) {
			to += utf8_encode((unsigned char)s.p[0], to);
			len = 1;
		} else if (c == 0) {
			*to++ = '?';
		} else {
			memcpy(to, s.p, len);
			to += len;
		}
	}
	return text;
}

bool
charset_is_plain(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((signed char)s.p[i] <= 0)
			return false;
	return true;
}

const char *
charset_text(struct span charset, struct span bytes, struct arena *arena)
{
	struct buf out = { .max = bytes.n * GROWTH + SLACK };
	const char *text;

	if (charset.n > 0 && charset_convert(charset, bytes, &out) == 0)
		bytes = buf_span(&out);
	text = charset_is_plain(bytes) ? arena_strndup(arena, bytes.p, bytes.n)
				       : repair(bytes, arena);
	buf_free(&out);
	return text;
}
