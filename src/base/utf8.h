#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Make a string fit to be printed to a terminal, a log or a page, in place:
 * bytes that are not UTF-8, control characters (C0, C1, DEL) and characters
 * that format or are not seen (bidi controls, zero-width signs, soft hyphen,
 * tags, variation selectors) become '?'; of a run of combining marks the first
 * four stay.  Which marks combine is known with LC_CTYPE C.UTF-8 only.
 */
void text_clean(char *s);

/*
 * Whether a character moves the cursor, turns the direction of what follows, or
 * is not seen at all: controls, and what Unicode calls format characters (Cf)
 * and default-ignorable.
 */
bool text_is_unseen(unsigned c);

/*
 * The length of the UTF-8 sequence at `s` (RFC 3629: no overlong forms, no
 * surrogates, none beyond U+10FFFF), its character in `*cp`; 0 when the bytes
 * there are not UTF-8 or cut by `n`.
 */
size_t text_utf8(const char *s, size_t n, unsigned *cp);

/* Write the character `cp` as UTF-8; returns how many of the 4 bytes it took.
 */
size_t utf8_encode(unsigned cp, char out[4]);

/* How many bytes at the front of `s` are printable ASCII, blanks with them. */
size_t text_plain(const char *s, size_t n);

#endif
