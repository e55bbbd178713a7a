#ifndef REPORT_FIELD_H
#define REPORT_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/*
 * Header fields (RFC 5322 §2.2) and the structured ones of MIME (RFC 2045 §5).
 * Nothing is copied, and every function is linear in what it is given.
 */

/*
 * What ends the lines of some text: LF, or CR where there is no LF at all.  A
 * CR before the LF is part of the line end.
 */
char field_eol(struct span text);

/* Take the next line, its end included, from the front of `rest`. */
struct span field_line(struct span *rest, char eol);

/* `line` without its line end. */
struct span field_chomp(struct span line, char eol);

/* Whether a line is the first of a field, or one folded into a field. */
bool field_begins(struct span line);
bool field_continues(struct span line);

/* `mail` without a byte order mark and blank lines that were put before it. */
struct span field_front(struct span mail, char eol);

struct field {
	struct span name;
	struct span value; /* folded as it stands, without outer blanks */
};

/* The fields of a header block in order; lines that are none are skipped. */
struct field_walk {
	struct span rest;
	char eol;
};

void field_start(struct field_walk *, struct span header);
bool field_next(struct field_walk *, struct field *);

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
