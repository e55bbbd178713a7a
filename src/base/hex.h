#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>

/* The value of a hexadecimal digit of either case; -1 when it is none. */
int hex_digit(char c);

/*
 * The `n` bytes at `bytes` as hexadecimal digits in lower case.  `out` has room
 * for 2 * n digits and the terminator.
 */
void hex_format(const unsigned char *bytes, size_t n, char *out);

#endif
