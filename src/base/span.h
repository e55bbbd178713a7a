#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Bytes that somebody else owns; not terminated, may hold NUL. */
struct span {
	const char *p;
	size_t n;
};

/* The string `s` as a span, without its terminator. */
static inline struct span
span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

/* Whether `a` is the string `s`, byte for byte. */
bool span_is(struct span a, const char *s);

/*
 * Whether `a` begins, or ends, with the string `s`, ASCII letters folded.
 * Mostly it does not, which the first byte tells: letters differ from each
 * other in more than the bit of their case.
 */
static inline bool
span_begins_nocase(struct span a, const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || a.n < n)
		return n == 0;
	return ((a.p[0] ^ s[0]) & ~0x20) == 0 && strncasecmp(a.p, s, n) == 0;
}

bool span_ends_nocase(struct span a, const char *s);

/* Whether it is `s`, folded likewise, as header names and MIME types compare.
 */
static inline bool
span_is_nocase(struct span a, const char *s)
{
	return strlen(s) == a.n && span_begins_nocase(a, s);
}

/* Where the string `s` first occurs in `a`; a.n when it does not. */
size_t span_find(struct span a, const char *s);

/* `a` without a byte order mark of UTF-8 at its front. */
struct span span_skip_mark(struct span a);

/* `a` without blanks, tabs, CR and LF at both ends. */
struct span span_trim(struct span a);

/*
 * Take the next word, which is all up to a blank, tab, CR or LF, off the front
 * of `*rest`.  false when only those are left.
 */
bool span_next_word(struct span *rest, struct span *word);

/* `a` without its first `n` bytes; empty when it has fewer. */
static inline struct span
span_skip(struct span a, size_t n)
{
	if (n > a.n)
		n = a.n;
	if (n > 0) {
		a.p += n;
		a.n -= n;
	}
	return a;
}

#endif
