#ifndef MIME_CHARSET_H
#define MIME_CHARSET_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"

/* Whether the text is ASCII without NUL, as nearly all header text is. */
bool charset_is_plain(struct span);

/*
 * Append `bytes`, which are in a MIME charset, as UTF-8.  -1, with nothing
 * appended, when mail does not use that charset or the bytes are not valid in
 * it.
 */
int charset_convert(struct span charset, struct span bytes, struct buf *out);

/*
 * The same as a terminated string that is valid UTF-8 in any case.  Where the
 * conversion fails, or no charset is given (n 0), the bytes are taken for
 * UTF-8, and those that are not UTF-8 for ISO 8859-1.  NUL becomes '?'.
 */
const char *charset_text(
    struct span charset, struct span bytes, struct arena *);

#endif
