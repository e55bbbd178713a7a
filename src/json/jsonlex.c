#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"
#include "json/jsonlex.h"

int
jsonlex_refuse(
    struct jsonlex *s, const char *at, enum code code, const char *what)
{
	s->fault->code = code;
	s->fault->offset = (size_t)(at - s->begin);
	s->fault->what = what;
	return -1;
}

int
jsonlex_refuse_syntax(struct jsonlex *s, const char *at, const char *what)
{
	if (at == s->end)
		return jsonlex_refuse(
		    s, at, CODE_JSON_SYNTAX, "the text ends early");
	if (*at == '\0')
		return jsonlex_refuse(s, at, CODE_JSON_NUL, "a NUL byte");
	return jsonlex_refuse(s, at, CODE_JSON_SYNTAX, what);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of a string that need no look. */
static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/*
 * Skip bytes of a string that are plain, eight at a time while it lasts.  Of
 * eight bytes a mark is left on the first that is not, and perhaps on some
 * behind it, where a subtraction borrowed.
 */
static void
skip_plain(struct jsonlex *s)
{
	const uint64_t ones = 0x0101010101010101U, tops = ones << 7;
	uint64_t x, quote, backslash, marks;

	for (; s->end - s->p >= 8; s->p += 8) {
		memcpy(&x, s->p, 8);
		x = le64toh(x);
		quote = x ^ ones * '"';
		backslash = x ^ ones * '\\';
		marks = (x | (x - ones * 0x20) | (quote - ones) |
			    (backslash - ones)) &
			tops;
		if (marks != 0) {
			s->p += __builtin_ctzll(marks) / 8;
			return;
		}
	}
	while (s->p < s->end && is_plain((unsigned char)*s->p))
		s->p++;
}

/* The four digits of a \u escape, or -1. */
static long
hex4(const char *p, const char *end)
{
	long v = 0;
	int i, d;

	if (end - p < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		if ((d = hex_digit(p[i])) == -1)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

static bool
is_high(long unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool
is_low(long unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The first byte at `p` that is no hexadecimal digit, or the end. */
static const char *
first_not_hex(const char *p, const char *end)
{
	while (p < end && hex_digit(*p) != -1)
		p++;
	return p;
}

/* A \u escape, and the one after it where both make a pair. */
static int
unicode_escape(struct jsonlex *s)
{
	const char *at = s->p;
	long unit = hex4(s->p + 2, s->end);

	if (unit == -1)
		return jsonlex_refuse_syntax(s, first_not_hex(s->p + 2, s->end),
		    "\\u without four hexadecimal digits");
	s->p += 6;
	if (unit == 0)
		return jsonlex_refuse(
		    s, at, CODE_JSON_NUL, "the escape \\u0000");
	if (is_low(unit))
		return jsonlex_refuse(s, at, CODE_JSON_SURROGATE,
		    "the second half of a surrogate pair alone");
	if (!is_high(unit))
		return 0;
	if (s->p == s->end)
		return jsonlex_refuse_syntax(s, s->p, "");
	if (s->end - s->p < 2 || s->p[0] != '\\' || s->p[1] != 'u' ||
	    !is_low(hex4(s->p + 2, s->end)))
		return jsonlex_refuse(s, at, CODE_JSON_SURROGATE,
		    "the first half of a surrogate pair alone");
	s->p += 6;
	return 0;
}

static int
escape(struct jsonlex *s)
{
	if (s->end - s->p < 2)
		return jsonlex_refuse_syntax(s, s->end, "");
	if (s->p[1] == 'u')
		return unicode_escape(s);
	if (s->p[1] == '\0' || strchr("\"\\/bfnrt", s->p[1]) == NULL)
		return jsonlex_refuse_syntax(s, s->p + 1, "an unknown escape");
	s->p += 2;
	return 0;
}

int
jsonlex_string(struct jsonlex *s)
{
	unsigned char c;
	unsigned cp;
	size_t len;

	s->p++;
	s->escaped = s->wide = false;
	for (;;) {
		skip_plain(s);
		if (s->p == s->end)
			return jsonlex_refuse_syntax(s, s->end, "");
		c = (unsigned char)*s->p;
		if (c == '"') {
			s->p++;
			return 0;
		} else if (c == '\\') {
			s->escaped = true;
			if (escape(s) == -1)
				return -1;
		} else if (c >= 0x80) {
			s->wide = true;
			len = text_utf8(s->p, (size_t)(s->end - s->p), &cp);
			if (len == 0)
				return jsonlex_refuse(
				    s, s->p, CODE_JSON_ENCODING, "not UTF-8");
			s->p += len;
		} else {
			return jsonlex_refuse_syntax(
			    s, s->p, "a control character in a string");
		}
	}
}

/* One digit or more. */
static bool
digits(struct jsonlex *s)
{
	const char *begin = s->p;

	while (s->p < s->end && is_digit(*s->p))
		s->p++;
	return s->p > begin;
}

int
jsonlex_number(struct jsonlex *s)
{
	bool minus = jsonlex_take(s, '-');

	if (!jsonlex_take(s, '0') && !digits(s))
		return jsonlex_refuse_syntax(s, s->p,
		    minus ? "no digit after the minus" : "not a JSON value");
	if (jsonlex_take(s, '.') && !digits(s))
		return jsonlex_refuse_syntax(
		    s, s->p, "no digit after the point");
	if (jsonlex_take(s, 'e') || jsonlex_take(s, 'E')) {
		if (!jsonlex_take(s, '+'))
			jsonlex_take(s, '-');
		if (!digits(s))
			return jsonlex_refuse_syntax(
			    s, s->p, "no digit in the exponent");
	}
	return 0;
}

int
jsonlex_literal(struct jsonlex *s, const char *word)
{
	const char *w;

	for (w = word; *w != '\0'; w++)
		if (!jsonlex_take(s, *w))
			return jsonlex_refuse_syntax(
			    s, s->p, "not a JSON value");
	return 0;
}
