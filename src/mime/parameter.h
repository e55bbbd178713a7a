#ifndef MIME_PARAMETER_H
#define MIME_PARAMETER_H

#include "base/arena.h"
#include "base/span.h"

/*
 * The bytes of a parameter of a structured field (RFC 2045 §5.1).  Quotes and
 * folds are undone, as are the continuations and percent signs of RFC 2231, but
 * not its charset: `*charset` gets that, with p NULL for a plain parameter. The
 * result's p is NULL when there is no such parameter.
 */
struct span parameter_bytes(
    struct span value, const char *name, struct arena *, struct span *charset);

/*
 * The parameter as UTF-8, its charset undone as well; NULL when there is no
 * such parameter.
 */
const char *parameter_text(struct span value, const char *name, struct arena *);

#endif
