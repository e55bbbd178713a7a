#ifndef IMAP_TEXT_TOKENS_H
#define IMAP_TEXT_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/*
 * The pieces that answers of an IMAP server are made of (RFC 9051 §9).  Each
 * function takes one from the front of the span, or returns false: then the
 * span is where it was.  In a span with literals each stands whole, as it came:
 * "{3}", a line end and three bytes.
 */

/* As many blanks as there are; tabs and line ends count as blanks. */
void take_blanks(struct span *);

/* That text, upper or lower case. */
bool take_text(struct span *, const char *text);

/* Digits that are a number within 32 bits. */
bool take_number(struct span *, uint32_t *number);

/*
 * A word, which ends at a blank, a bracket or a quotation mark; what stands in
 * square brackets is part of it, as in "BODY[HEADER.FIELDS (Subject)]<0>".
 */
bool take_word(struct span *, struct span *word);

/*
 * A string: in quotes, whose escapes stay as they are in `content`, or a
 * literal.
 */
bool take_string(struct span *, struct span *content);

/* A value of any kind: a list with all that is in it, a string or a word. */
bool take_value(struct span *, struct span *value);

/*
 * Whether a line, its end included or not, ends in the head of a literal, as
 * "{12}": 1 with how long the literal is, which follows the line.  -1 when it
 * ends in something that others might take for one, as "{-12}" or "{12+}".
 */
int ends_in_literal(struct span line, uint64_t *bytes);

#endif
