#include <string.h>

#include "base/span.h"

bool
span_is(struct span a, const char *s)
{
	return strlen(s) == a.n && (a.n == 0 || memcmp(a.p, s, a.n) == 0);
}

bool
span_ends_nocase(struct span a, const char *s)
{
	size_t n = strlen(s);

	return a.n >= n && span_begins_nocase(span_skip(a, a.n - n), s);
}

size_t
span_find(struct span a, const char *s)
{
	size_t n = strlen(s);
	const char *p = a.p, *end = a.p;

	if (n == 0 || a.n < n)
		return n == 0 ? 0 : a.n;
	for (end += a.n - n + 1;
	     (p = memchr(p, s[0], (size_t)(end - p))) != NULL; p++)
		if (memcmp(p, s, n) == 0)
			return (size_t)(p - a.p);
	return a.n;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct span
span_skip_mark(struct span a)
{
	static const char mark[] = "\xef\xbb\xbf";

	return a.n >= 3 && memcmp(a.p, mark, 3) == 0 ? span_skip(a, 3) : a;
}

struct span
span_trim(struct span a)
{
	while (a.n > 0 && is_blank(a.p[0]))
		a = span_skip(a, 1);
	while (a.n > 0 && is_blank(a.p[a.n - 1]))
		a.n--;
	return a;
}

bool
span_next_word(struct span *rest, struct span *word)
{
	size_t n = 0;

	while (rest->n > 0 && is_blank(rest->p[0]))
		*rest = span_skip(*rest, 1);
	while (n < rest->n && !is_blank(rest->p[n]))
		n++;
	*word = (struct span){ rest->p, n };
	*rest = span_skip(*rest, n);
	return n > 0;
}
