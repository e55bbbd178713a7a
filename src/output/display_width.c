#define _XOPEN_SOURCE 700 /* wcwidth */
#include <wchar.h>

#include "base/utf8.h"
#include "output/display_width.h"

/* Read the next character of `s` (n bytes left): its bytes and its columns. */
static size_t
next(const char *s, size_t n, size_t *columns)
{
	size_t len;
	unsigned c;
	int width;

	*columns = 1;
	if ((len = text_utf8(s, n, &c)) == 0)
		return 1;
	width = wcwidth((wchar_t)c);
	if (width >= 0)
		*columns = (size_t)width;
	return len;
}

size_t
width_text(const char *s, size_t n)
{
	size_t sum = 0, columns, len;

	for (; n > 0; s += len, n -= len) {
		len = next(s, n, &columns);
		sum += columns;
	}
	return sum;
}

size_t
width_fitting(const char *s, size_t n, size_t limit)
{
	size_t at = 0, sum = 0, columns, len;

	while (at < n) {
		len = next(s + at, n - at, &columns);
		if (sum + columns > limit)
			break;
		sum += columns;
		at += len;
	}
	return at;
}
