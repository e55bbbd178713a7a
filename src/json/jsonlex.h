#ifndef JSON_JSONLEX_H
#define JSON_JSONLEX_H

#include <stdbool.h>

#include "json/jsontext.h"

/* The tokens of JSON text (RFC 8259 §2, §6, §7), one after the other. */
struct jsonlex {
	const char *begin, *p, *end;
	bool escaped, wide; /* what the last string had of either */
	struct jsontext_fault *fault;
};

/* Both return -1, with the fault. */
int jsonlex_refuse(
    struct jsonlex *, const char *at, enum code, const char *what);

/* What stands at `at` is not in the grammar: the end, a NUL, or `what`. */
int jsonlex_refuse_syntax(struct jsonlex *, const char *at, const char *what);

static inline void
jsonlex_blanks(struct jsonlex *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' ||
				    *s->p == '\r' || *s->p == '\t'))
		s->p++;
}

/* Take the byte `c` if it comes next. */
static inline bool
jsonlex_take(struct jsonlex *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

/*
 * Take a token, of which the first byte is known to be there.  0, or -1 with
 * the fault.
 */
int jsonlex_string(struct jsonlex *);
int jsonlex_number(struct jsonlex *);
int jsonlex_literal(struct jsonlex *, const char *word);

#endif
