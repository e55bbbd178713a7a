#define _XOPEN_SOURCE 700 /* wcwidth */
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

enum {
	MOST_MARKS = 4 /* that combine with one character; scripts use three */
};

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

bool
text_is_unseen(unsigned c)
{
	static const struct {
		unsigned first, last;
	} ranges[] = { { 0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad },
		{ 0x34f, 0x34f }, { 0x600, 0x605 }, { 0x61c, 0x61c },
		{ 0x6dd, 0x6dd }, { 0x70f, 0x70f }, { 0x890, 0x891 },
		{ 0x8e2, 0x8e2 }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },
		{ 0x180b, 0x180f }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0x2800, 0x2800 }, { 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb }, { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd },
		{ 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },
		{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff } };
	size_t i;

	for (i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c <= ranges[i].last)
			return c >= ranges[i].first;
	return false;
}

void
text_clean(char *s)
{
	size_t n = strlen(s), len = text_plain(s, n), marks = 0;
	char *out = s + len;
	unsigned c;

	for (s += len, n -= len; n > 0; s += len, n -= len) {
		if ((len = text_utf8(s, n, &c)) == 0 || text_is_unseen(c)) {
			*out++ = '?';
			len = len > 0 ? len : 1;
			marks = 0;
			continue;
		}
		/* marks that combine take no column of their own */
		marks = wcwidth((wchar_t)c) == 0 ? marks + 1 : 0;
		if (marks > MOST_MARKS)
			continue;
		memmove(out, s, len);
		out += len;
	}
	*out = '\0';
}
