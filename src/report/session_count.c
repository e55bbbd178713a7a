#include <stddef.h>
#include <stdint.h>

#include "base/ascii.h"
#include "base/span.h"
#include "codes/codes.h"
#include "report/content_digest.h"
#include "report/member_values.h"
#include "report/members.h"
#include "report/report_parser.h"
#include "report/session_count.h"

enum {
	MAX_DIGITS = 16 /* of COUNT_MAX */
};

/* 2^53 - 1, beyond which JSON numbers are not exact (RFC 7493 §2.2). */
#define COUNT_MAX UINT64_C(9007199254740991)

/*
 * Exponents are read up to here.  No text is long enough to have as many zeros
 * before or after the point.
 */
#define EXPONENT_MAX (INT64_C(1) << 40)

/* The exponent, which is what follows the letter e: "+12", "-3". */
static int64_t
exponent(struct span s)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	int64_t v = 0;

	if (s.n > 0 && !ascii_is_digit(s.p[0]))
		s = span_skip(s, 1);
	for (; s.n > 0; s = span_skip(s, 1))
		if (v < EXPONENT_MAX)
			v = v * 10 + (s.p[0] - '0');
	return minus ? -v : v;
}

/*
 * Read "120.50" as 1205 times 10 to the power of -1: `*value` gets the digits
 * without point and without zeros at both ends, and `*exp` the power.  Returns
 * how many digits that are, 0 for zero; beyond MAX_DIGITS `*value` is wrong.
 */
static size_t
coefficient(struct span s, int64_t *exp, uint64_t *value)
{
	size_t n = 0, zeros = 0, behind = 0;
	bool fraction = false;
	uint64_t v = 0;

	for (; s.n > 0; s = span_skip(s, 1)) {
		if (s.p[0] == '.') {
			fraction = true;
			continue;
		}
		behind += fraction;
		if (s.p[0] == '0') {
			zeros += n > 0;
			continue;
		}
		for (; zeros > 0; zeros--)
			if (++n <= MAX_DIGITS)
				v *= 10;
		if (++n <= MAX_DIGITS)
			v = v * 10 + (uint64_t)(s.p[0] - '0');
	}
	*exp = (int64_t)zeros - (int64_t)behind;
	*value = v;
	return n;
}

/*
 * The value of a JSON number (RFC 8259 §6) from its digits, not by way of a
 * double.  CODE_NONE, or the reason why it is no session count: it is below
 * zero, not whole, or over COUNT_MAX.
 */
static enum code
parse_number(struct span s, uint64_t *value)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	struct span digits;
	int64_t exp, e = 0;
	uint64_t v;
	size_t i, n;

	if (minus)
		s = span_skip(s, 1);
	for (i = 0; i < s.n && s.p[i] != 'e' && s.p[i] != 'E'; i++)
		continue;
	digits = (struct span){ s.p, i };
	if (i < s.n)
		e = exponent(span_skip(s, i + 1));
	n = coefficient(digits, &exp, &v);
	exp += e;
	*value = 0;
	if (n == 0)
		return CODE_NONE;
	if (minus)
		return CODE_COUNT_NEGATIVE;
	if (exp < 0)
		return CODE_COUNT_FRACTIONAL;
	if (exp > MAX_DIGITS || n + (size_t)exp > MAX_DIGITS)
		return CODE_COUNT_OVERFLOW;
	for (; exp > 0; exp--)
		v *= 10;
	if (v > COUNT_MAX)
		return CODE_COUNT_OVERFLOW;
	*value = v;
	return CODE_NONE;
}

/*
 * A number without point and exponent.  json-c makes the nearest 64-bit number
 * of it, which is over COUNT_MAX, too, where the number is.
 */
static enum code
read_integer(struct report_parser *rp, struct json_object *o, enum member m,
    uint64_t *value)
{
	int64_t v = json_object_get_int64(o);

	if (v < 0)
		return CODE_COUNT_NEGATIVE;
	if ((uint64_t)v > COUNT_MAX)
		return CODE_COUNT_OVERFLOW;
	*value = (uint64_t)v;
	content_number(&rp->content, m, *value);
	return CODE_NONE;
}

/* A number with point or exponent, of which json-c keeps the text. */
static enum code
read_float(struct report_parser *rp, struct json_object *o, enum member m,
    uint64_t *value)
{
	enum code code =
	    parse_number(span_of(json_object_get_string(o)), value);

	warn_of(rp, CODE_COUNT_FLOAT, m);
	content_number(&rp->content, m, *value);
	return code;
}

/* A number that was sent as a string of digits. */
static enum code
read_string(struct report_parser *rp, struct json_object *o, enum member m,
    uint64_t *value)
{
	struct span s = span_of(json_object_get_string(o));
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!ascii_is_digit(s.p[i]))
			break;
	if (s.n == 0 || i < s.n)
		return CODE_FIELD_TYPE;
	while (s.n > 0 && s.p[0] == '0')
		s = span_skip(s, 1);
	if (s.n > MAX_DIGITS + 1) /* it is too large; the digest ends here */
		s.n = MAX_DIGITS + 1;
	warn_of(rp, CODE_COUNT_STRING, m);
	content_string(&rp->content, m, s);
	return parse_number(s, value);
}

uint64_t
session_count(struct report_parser *rp, unsigned requirement,
    struct json_object *o, enum member m)
{
	enum code code = CODE_FIELD_TYPE;
	uint64_t v = 0;

	if (o == NULL) {
		warn_of(rp, CODE_COUNT_MISSING, m);
		return 0;
	}
	if (json_object_is_type(o, json_type_int))
		code = read_integer(rp, o, m, &v);
	else if (json_object_is_type(o, json_type_double))
		code = read_float(rp, o, m, &v);
	else if (json_object_is_type(o, json_type_string))
		code = read_string(rp, o, m, &v);
	if (code == CODE_FIELD_TYPE)
		refuse_form(rp, requirement, code, m);
	else if (code != CODE_NONE)
		refuse_value(rp, requirement, code, m);
	return v;
}
