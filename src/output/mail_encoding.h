#ifndef OUTPUT_MAIL_ENCODING_H
#define OUTPUT_MAIL_ENCODING_H

#include <stddef.h>
#include <stdio.h>

/* Bodies of MIME parts (RFC 2045 §6.7 and §6.8), with lines that end in LF. */

/* Lines of text as quoted-printable. */
void mail_put_quoted(FILE *, const char *text);

/* Bytes as base64. */
void mail_put_base64(FILE *, const char *bytes, size_t n);

#endif
