#ifndef MIME_ENCODED_WORDS_H
#define MIME_ENCODED_WORDS_H

#include "base/arena.h"
#include "base/span.h"

/*
 * A header field's value as text: unfolded, its encoded words (RFC 2047)
 * decoded to UTF-8.  What cannot be decoded is left as it is.
 */
const char *encoded_words_text(struct span value, struct arena *);

#endif
