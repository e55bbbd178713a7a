#ifndef MIME_CHARSET_H
#define MIME_CHARSET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"

/* Whether it is ASCII without NUL, as nearly all text of headers is. */
bool charset_is_plain(struct span);

/*
 * Append `bytes` of a MIME charset as UTF-8.  -1, with nothing appended, when
 * the charset is none of those that mail uses or the bytes are none of its.
 */
int charset_convert(struct span charset, struct span bytes, struct buf *out);

/*
 * The same as a terminated string that is UTF-8 in any case: what cannot be
 * converted, or has no charset (n 0), is taken for UTF-8, and bytes that are
 * not for ISO 8859-1.  NUL becomes '?'.
 */
const char *charset_text(
    struct span charset, struct span bytes, struct arena *);

#endif
