#ifndef JSON_JSON_GATE_H
#define JSON_JSON_GATE_H

#include <stddef.h>

#include "base/span.h"
#include "codes/codes.h"
#include "json/json_piece.h"

/*
 * The gate in front of json-c: JSON text (RFC 8259, and RFC 7493 where that is
 * stricter) is checked once from front to back before json-c, which takes much
 * that is no JSON, reads any of it.  No recursion.  The gate also divides the
 * text into pieces, so that json-c holds one of them at a time.
 */
enum {
	JSON_NAMES = 1000, /* at most, in one object */
	JSON_LEVELS = 3,   /* of pieces, at most */

	/* What json-c gets of a piece, so that its memory is bounded: */
	JSON_PIECE_DEPTH = 3, /* objects and arrays, one inside the other */
	JSON_PIECE_ELEMENTS = 100001, /* of all its arrays together */
	JSON_STRING = 64 * 1024	      /* about so many bytes of a string */
};

/*
 * A level of pieces.  Level 0 is the whole text; level 1 are the elements of
 * an array that is a member of that object; and so on.
 */
struct json_level {
	const char *array; /* that member; NULL for level 0 */
	size_t max;	   /* pieces of this level in the whole text */
	/* Names of the objects and arrays inside of a piece that are read,
	   up to a NULL.  json-c gets all others without their content. */
	const char *const *read;
};

/* Why and where a text was refused. */
struct json_fault {
	enum code code;
	size_t offset;	  /* bytes before the place */
	const char *what; /* a few words */
};

/*
 * Check `text` and divide it.  `depth` bounds the objects and arrays that are
 * open.  The text must be shorter than 2 GiB and outlive the pieces, which may
 * hold those of an earlier text.  Returns -1 with the fault: json-empty; else
 * json-encoding if any byte is not UTF-8; else the first fault by position.
 */
int json_gate(struct span text, unsigned depth, const struct json_level *levels,
    size_t n_levels, struct json_pieces *, struct json_fault *);

/* Line and column, both from 1, of an offset; columns count characters. */
void json_place(struct span text, size_t offset, size_t *line, size_t *column);

#endif
