#ifndef MIME_HEADER_FIELD_H
#define MIME_HEADER_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/span.h"

/*
 * Header fields (RFC 5322 §2.2) and the structured ones of MIME (RFC 2045 §5).
 * Nothing is copied, and every function is linear in what it is given.
 */

/*
 * The byte that ends the lines of a text: LF, or CR where there is no LF at
 * all.  A CR before the LF belongs to the line end.
 */
char field_eol(struct span text);

/* Take the next line, its end included, from the front of `rest`. */
static inline struct span
field_line(struct span *rest, char eol)
{
	const char *end = rest->n > 0 ? memchr(rest->p, eol, rest->n) : NULL;
	struct span line = *rest;

	if (end != NULL)
		line.n = (size_t)(end - line.p) + 1;
	*rest = span_skip(*rest, line.n);
	return line;
}

/* `line` without its line end. */
static inline struct span
field_chomp(struct span line, char eol)
{
	if (line.n > 0 && line.p[line.n - 1] == eol)
		line.n--;
	if (eol == '\n' && line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/*
 * Whether there is nothing in a line but its end: a server that adds a CR to
 * each LF makes CR CR LF of CR LF.
 */
static inline bool
field_is_empty(struct span line, char eol)
{
	line = field_chomp(line, eol);
	return line.n == 0 || (line.n == 1 && line.p[0] == '\r');
}

/* Whether a line is folded into the field before it. */
static inline bool
field_continues(struct span line)
{
	return line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/*
 * Whether a line begins a field.  If so, `*name` gets its name and `*value`
 * what stands behind the colon; if not, both are untouched.
 */
bool field_begins(struct span line, struct span *name, struct span *value);

/* `mail` without a byte order mark and blank lines in front of its header. */
struct span field_front(struct span mail, char eol);

/*
 * The header block at the front of a mail, behind a byte order mark and blank
 * lines if there are any; with its line ends, without the blank line.
 */
struct span field_block(struct span mail);

/* Pass over blanks, line ends and comments, which nest (RFC 5322 §3.2.2). */
void field_skip(struct span *);

/*
 * The word at the front of a structured value, comments and blanks before it
 * skipped; `rest` is left behind it.  Empty when there is none.
 */
struct span field_token(struct span *rest);

/*
 * "type/subtype" at the front of a Content-Type.  false, with the parts
 * untouched, when it is broken.
 */
bool field_media_type(struct span value, struct span *type, struct span *sub);

#endif
