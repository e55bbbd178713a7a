#include "report/session_count.h"
#include "report/reading.h"

enum {
	MAX_DIGITS = 16 /* of COUNT_MAX */
};

/* More than any text can make good with zeros before or after the point. */
#define EXPONENT_MAX (INT64_C(1) << 40)

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "+12", "-3": what follows the letter e. */
static int64_t
exponent(struct span s)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	int64_t v = 0;

	if (s.n > 0 && !is_digit(s.p[0]))
		s = span_skip(s, 1);
	for (; s.n > 0; s = span_skip(s, 1))
		if (v < EXPONENT_MAX)
			v = v * 10 + (s.p[0] - '0');
	return minus ? -v : v;
}

/*
 * The digits without the point and without zeros at both ends: how many there
 * are (none for zero) and their value, good for up to MAX_DIGITS of them.  The
 * number is that value times 10 to the power of `*exp`.
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

enum code
count_parse(struct span s, uint64_t *value, bool *is_float)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	struct span digits;
	int64_t exp, e = 0;
	uint64_t v;
	size_t i, n;

	if (minus)
		s = span_skip(s, 1);
	*is_float = false;
	for (i = 0; i < s.n && s.p[i] != 'e' && s.p[i] != 'E'; i++)
		*is_float |= s.p[i] == '.';
	digits = (struct span){ s.p, i };
	if (i < s.n) {
		*is_float = true;
		e = exponent(span_skip(s, i + 1));
	}
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
 * A count that was sent as a string: structure_check() found nothing but
 * digits in it, perhaps as escapes, which end in the digit itself.
 */
static enum code
read_string(struct reading *r, struct span raw, enum member m, uint64_t *v)
{
	char plain[MAX_DIGITS + 1];
	size_t n = 0, i;
	bool is_float;

	for (i = 0; i < raw.n && n < sizeof plain; i++) {
		if (raw.p[i] == '\\')
			i += 5;
		if (n > 0 || raw.p[i] != '0')
			plain[n++] = raw.p[i];
	}
	reading_warn(r, CODE_COUNT_STRING, m);
	content_string(&r->content, m, (struct span){ plain, n });
	return count_parse((struct span){ plain, n }, v, &is_float);
}

static enum code
read_number(struct reading *r, struct span raw, enum member m, uint64_t *v)
{
	bool is_float;
	enum code code = count_parse(raw, v, &is_float);

	if (is_float)
		reading_warn(r, CODE_COUNT_FLOAT, m);
	content_number(&r->content, m, *v);
	return code;
}

uint64_t
count_read(struct reading *r, unsigned rank, const struct jsontext_node *n,
    enum member m)
{
	uint64_t v = 0;
	enum code code;
	struct span raw;

	if (!member_given(n)) {
		reading_warn(r, CODE_COUNT_MISSING, m);
		return 0;
	}
	raw = jsontext_raw(&r->json, n);
	if (n->type == JSONTEXT_STRING)
		code = read_string(r, raw, m, &v);
	else
		code = read_number(r, raw, m, &v);
	if (code != CODE_NONE)
		reading_refuse(r, rank, code, m);
	return v;
}
