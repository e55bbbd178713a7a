#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

size_t
text_utf8(const char *s, size_t n, unsigned *cp)
{
	const unsigned char *u = (const unsigned char *)s;
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len, i;
	unsigned c;

	if (n == 0)
		return 0;
	if (u[0] < 0x80) {
		*cp = u[0];
		return 1;
	}
	if (u[0] < 0xc2 || u[0] > 0xf4)
		return 0;
	len = u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	if (len > n)
		return 0;
	c = u[0] & (0xffU >> (len + 1));
	for (i = 1; i < len; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3fU);
	}
	if (c < least[len] || (c >= 0xd800 && c <= 0xdfff) || c > 0x10ffff)
		return 0;
	*cp = c;
	return len;
}

size_t
utf8_encode(unsigned cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

size_t
text_plain(const char *s, size_t n)
{
	const uint64_t ones = 0x0101010101010101U, tops = ones << 7;
	uint64_t x, marks;
	size_t i;

	for (i = 0; n - i >= 8; i += 8) {
		memcpy(&x, s + i, 8);
		x = le64toh(x);
		marks = (x | (x + ones) | (x - ones * 0x20)) & tops;
		if (marks != 0) /* the lowest is on the first that is none */
			return i + (size_t)__builtin_ctzll(marks) / 8;
	}
	while (i < n && s[i] >= 0x20 && s[i] < 0x7f)
		i++;
	return i;
}

/* Controls that move the cursor or turn the direction of what follows. */
static bool
is_unsafe(unsigned c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c ||
	       c == 0x200e || c == 0x200f || c == 0x2028 || c == 0x2029 ||
	       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

void
text_clean(char *s)
{
	size_t n = strlen(s), len = text_plain(s, n);
	char *out = s + len;
	unsigned c;

	for (s += len, n -= len; n > 0; s += len, n -= len) {
		if ((len = text_utf8(s, n, &c)) == 0 || is_unsafe(c)) {
			*out++ = '?';
			len = len > 0 ? len : 1;
		} else {
			memmove(out, s, len);
			out += len;
		}
	}
	*out = '\0';
}
