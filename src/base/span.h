#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that somebody else owns; not terminated, may hold NUL. */
struct span {
	const char *p;
	size_t n;
};

/* The string `s` as a span, without its terminator. */
struct span span_of(const char *s);

/* Whether `a` is the string `s`, byte for byte. */
bool span_is(struct span a, const char *s);

/* The same with ASCII letters folded, as header names and MIME types compare.
 */
bool span_is_nocase(struct span a, const char *s);

/* Whether `a` begins, or ends, with the string `s`, ASCII letters folded. */
bool span_begins_nocase(struct span a, const char *s);
bool span_ends_nocase(struct span a, const char *s);

/* Where the string `s` first occurs in `a`; a.n when it does not. */
size_t span_find(struct span a, const char *s);

/* `a` without blanks, tabs, CR and LF at both ends. */
struct span span_trim(struct span a);

/* `a` without its first `n` bytes; empty when it has fewer. */
struct span span_skip(struct span a, size_t n);

#endif
