#ifndef DKIM_BASE64_H
#define DKIM_BASE64_H

#include <stdbool.h>

#include "base/span.h"

struct arena;

/* `value` without blanks, terminated: tags may hold them anywhere in base64. */
const char *base64_without_blanks(struct span value, struct arena *);

/*
 * Decode base64 (RFC 4648 §4) that must be so to the end, padding included.
 * False, with `*out` untouched, when it is not.
 */
bool base64_decode(const char *text, struct arena *, struct span *out);

#endif
