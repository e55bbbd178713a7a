#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>

/* Kinds of characters of ASCII, whatever the locale. */

/* WSP of RFC 5234. */
static inline bool
ascii_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool
ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       ascii_is_digit(c);
}

#endif
