#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "base/hex.h"
#include "base/span.h"
#include "base/utf8.h"
#include "codes/codes.h"
#include "json/json_gate.h"
#include "json/json_piece.h"
#include "json/json_token.h"

enum {
	PAIR = 12 /* bytes of the two escapes of a surrogate pair */
};

int
json_refuse(
    struct json_tokens *s, const char *at, enum code code, const char *what)
{
	s->fault->code = code;
	s->fault->offset = (size_t)(at - s->begin);
	s->fault->what = what;
	return -1;
}

int
json_refuse_syntax(struct json_tokens *s, const char *at, const char *what)
{
	if (at == s->end)
		return json_refuse(
		    s, at, CODE_JSON_SYNTAX, "the text ends early");
	if (*at == '\0')
		return json_refuse(s, at, CODE_JSON_NUL, "a NUL byte");
	return json_refuse(s, at, CODE_JSON_SYNTAX, what);
}

/* Whether a byte of a string is ASCII that stands for itself. */
static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/*
 * Skip the plain bytes of a string, eight at a time.  `marks` gets the top bit
 * of each of the eight bytes that is not plain; a subtraction that borrows may
 * mark bytes behind the first such byte, too, which does no harm.
 */
static void
skip_plain(struct json_tokens *s)
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

/*
 * json-c 0.16 takes some surrogate pairs for lone surrogates, and puts U+FFFD:
 * those whose character ends in D800 to DFFF (U+1D800, U+2DC2A, ...).  It gets
 * the character itself instead of a pair.
 */
static void
replace_pair(struct json_tokens *s, const char *at, long high, long low)
{
	unsigned c = 0x10000U +
		     (((unsigned)high & 0x3ff) << 10 | ((unsigned)low & 0x3ff));
	char text[4];
	struct span character = { text, utf8_encode(c, text) };

	if (at - s->string < JSON_STRING)
		json_pieces_edit(s->pieces, at, character)->len = PAIR;
}

/* A \u escape, and the one after it where both make a surrogate pair. */
static int
unicode_escape(struct json_tokens *s)
{
	const char *at = s->p;
	long unit = hex4(s->p + 2, s->end), low;

	if (unit == -1)
		return json_refuse_syntax(s, first_not_hex(s->p + 2, s->end),
		    "\\u without four hexadecimal digits");
	s->p += 6;
	if (unit == 0)
		return json_refuse(s, at, CODE_JSON_NUL, "the escape \\u0000");
	if (is_low(unit))
		return json_refuse(s, at, CODE_JSON_SURROGATE,
		    "the second half of a surrogate pair alone");
	if (!is_high(unit))
		return 0;
	if (s->p == s->end)
		return json_refuse_syntax(s, s->p, "");
	low = s->end - s->p >= 2 && s->p[0] == '\\' && s->p[1] == 'u'
		  ? hex4(s->p + 2, s->end)
		  : -1;
	if (!is_low(low))
		return json_refuse(s, at, CODE_JSON_SURROGATE,
		    "the first half of a surrogate pair alone");
	s->p += 6;
	replace_pair(s, at, unit, low);
	return 0;
}

static int
escape(struct json_tokens *s)
{
	if (s->end - s->p < 2)
		return json_refuse_syntax(s, s->end, "");
	if (s->p[1] == 'u')
		return unicode_escape(s);
	if (s->p[1] == '\0' || strchr("\"\\/bfnrt", s->p[1]) == NULL)
		return json_refuse_syntax(s, s->p + 1, "an unknown escape");
	s->p += 2;
	return 0;
}

/* Of a long string, which ends here, json-c gets only the beginning. */
static void
cut_string(struct json_tokens *s)
{
	const char *p = s->string;

	while (p - s->string < JSON_STRING)
		if (*p != '\\')
			p++;
		else if (p[1] != 'u')
			p += 2;
		else
			p += is_high(hex4(p + 2, s->end)) ? PAIR : PAIR / 2;
	while (((unsigned char)*p & 0xc0) == 0x80)
		p++; /* not between the bytes of a character */
	json_pieces_edit(s->pieces, p, span_of(""))->len = (uint32_t)(s->p - p);
	s->cut = true;
}

int
json_token_string(struct json_tokens *s)
{
	unsigned char c;
	unsigned cp;
	size_t len;

	s->string = ++s->p;
	s->escaped = s->cut = false;
	for (;;) {
		skip_plain(s);
		if (s->p == s->end)
			return json_refuse_syntax(s, s->end, "");
		c = (unsigned char)*s->p;
		if (c == '"') {
			if (s->p - s->string > JSON_STRING)
				cut_string(s);
			s->p++;
			return 0;
		} else if (c == '\\') {
			s->escaped = true;
			if (escape(s) == -1)
				return -1;
		} else if (c >= 0x80) {
			len = text_utf8(s->p, (size_t)(s->end - s->p), &cp);
			if (len == 0)
				return json_refuse(
				    s, s->p, CODE_JSON_ENCODING, "not UTF-8");
			s->p += len;
		} else {
			return json_refuse_syntax(
			    s, s->p, "a control character in a string");
		}
	}
}

/* One digit or more. */
static bool
digits(struct json_tokens *s)
{
	const char *begin = s->p;

	while (s->p < s->end && ascii_is_digit(*s->p))
		s->p++;
	return s->p > begin;
}

int
json_token_number(struct json_tokens *s)
{
	bool minus = json_take(s, '-');

	if (!json_take(s, '0') && !digits(s))
		return json_refuse_syntax(s, s->p,
		    minus ? "no digit after the minus" : "not a JSON value");
	if (json_take(s, '.') && !digits(s))
		return json_refuse_syntax(s, s->p, "no digit after the point");
	if (json_take(s, 'e') || json_take(s, 'E')) {
		if (!json_take(s, '+'))
			json_take(s, '-');
		if (!digits(s))
			return json_refuse_syntax(
			    s, s->p, "no digit in the exponent");
	}
	return 0;
}

int
json_token_literal(struct json_tokens *s, const char *word)
{
	const char *w;

	for (w = word; *w != '\0'; w++)
		if (!json_take(s, *w))
			return json_refuse_syntax(s, s->p, "not a JSON value");
	return 0;
}
