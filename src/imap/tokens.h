#ifndef IMAP_TOKENS_H
#define IMAP_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/*
 * The pieces that lines of IMAP are made of (RFC 9051 §9), taken from the front
 * of a span; false when what is there is none, and then the span may stand
 * anywhere.
 */
static inline bool
take_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static inline bool
take_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* As many as there are. */
void take_blanks(struct span *);

/* Whether there are blanks and the line end, and then nothing. */
bool take_is_end(struct span);

/* That text, upper or lower case; the span stays where it is without. */
bool take_text(struct span *, const char *text);

/* A number within 32 bits. */
bool take_value(struct span *, uint32_t *value);
bool take_number(struct span *);

/* A word up to a blank or the line end; may be empty. */
struct span take_word(struct span *);

/*
 * A string in quotes; a plain one has no escapes, of which libetpan takes some
 * for none.
 */
bool take_string(struct span *);
bool take_plain_string(struct span *);

bool take_atom(struct span *);

/* "(\Seen $Junk)". */
bool take_flags(struct span *);

/* "{12}" and the line end. */
bool take_literal(struct span *);

#endif
