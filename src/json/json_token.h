#ifndef JSON_JSON_TOKEN_H
#define JSON_JSON_TOKEN_H

#include <stdbool.h>

#include "codes/codes.h"
#include "json/json_gate.h"
#include "json/json_piece.h"

/* JSON text that is read token by token (RFC 8259 §2, §6, §7). */
struct json_tokens {
	const char *begin, *p, *end; /* the text, and the next byte in it */
	const char *string;	     /* the inside of the last string */
	bool escaped;		     /* it has a backslash in it */
	bool cut;		     /* json-c gets only its beginning */
	struct json_pieces *pieces;  /* gets edits for what is not for json-c */
	struct json_fault *fault;
};

/* Record the fault.  Returns -1. */
int json_refuse(
    struct json_tokens *, const char *at, enum code code, const char *what);

/*
 * The same for what is not in the grammar: if `at` is not the end of the text
 * and not a NUL, `what` says what is wrong there.
 */
int json_refuse_syntax(struct json_tokens *, const char *at, const char *what);

static inline void
json_skip_blanks(struct json_tokens *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' ||
				    *s->p == '\r' || *s->p == '\t'))
		s->p++;
}

/* Take the byte `c` if it comes next. */
static inline bool
json_take(struct json_tokens *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

/*
 * Take a token.  Its first byte is there: the caller chose by it.  Returns 0,
 * or -1 with the fault.
 */
int json_token_string(struct json_tokens *);
int json_token_number(struct json_tokens *);
int json_token_literal(struct json_tokens *, const char *word);

#endif
