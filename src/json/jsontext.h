#ifndef JSON_JSONTEXT_H
#define JSON_JSONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "codes/codes.h"

/*
 * JSON text (RFC 8259, and RFC 7493 where that is stricter), looked at once
 * from front to back before anything else reads it.  No recursion; memory
 * for the nesting and the names of the objects that are open, and for what the
 * caller asks to have recorded.
 */
enum jsontext_type {
	JSONTEXT_NULL,
	JSONTEXT_BOOLEAN,
	JSONTEXT_NUMBER,
	JSONTEXT_STRING,
	JSONTEXT_ARRAY,
	JSONTEXT_OBJECT
};

enum {
	JSONTEXT_NAMES = 1000, /* at most, in one object */
	JSONTEXT_MEMBERS = 64  /* struct jsontext_shape.member is below */
};

/*
 * What is to be recorded of a value.  The members of an object are a list that
 * ends with an empty name; other members are checked and forgotten.
 */
struct jsontext_shape {
	struct span name; /* as a member */
	unsigned member;  /* goes into the nodes of the value and its elements;
			     of its own in a list */
	const struct jsontext_shape *inside; /* of the value, if an object, or
						of its elements, if an array */
	size_t elements; /* of arrays of that member, how many are recorded,
			    all arrays in the text together */
};

/* A recorded value: where its text is and which nodes are inside of it. */
struct jsontext_node {
	uint32_t at, len; /* in the text; with quotes or brackets */
	uint32_t next;	  /* number of the node after it and all inside */
	uint8_t member;
	uint8_t type;
	bool escaped; /* a string with a backslash */
	bool wide;    /* a string with bytes beyond ASCII */
	bool cut;     /* an array of which not all elements were recorded */
};

/* What was recorded: node 0 is the whole value.  Zero-initialise; free it. */
struct jsontext {
	struct span text;
	struct jsontext_node *node;
	size_t n, cap;
	bool bom; /* the text begins with a byte order mark */
};

/* Why and where a text was refused. */
struct jsontext_fault {
	enum code code;
	size_t offset;	  /* bytes before the place */
	const char *what; /* a few words */
};

/*
 * Check `text`, recording by the `shape` of the whole value.  -1 with the
 * fault: json-empty; else json-encoding if any of it is not UTF-8; else the
 * first fault by position.  `depth` bounds the objects and arrays that are
 * open.  The text must be shorter than 2 GiB and outlive the record.
 */
int jsontext_scan(struct span text, unsigned depth,
    const struct jsontext_shape *shape, struct jsontext *,
    struct jsontext_fault *);
void jsontext_free(struct jsontext *);

/* Line and column, both from 1, of an offset; columns count characters. */
void jsontext_place(
    struct span text, size_t offset, size_t *line, size_t *column);

/* The text of a node; for a string without its quotes. */
struct span jsontext_raw(const struct jsontext *, const struct jsontext_node *);

/*
 * For the inside of a checked string: undo the escapes into `out`, which has
 * room for raw.n bytes, and return the length; `out` NULL counts alone.
 */
size_t jsontext_unescape(struct span raw, char *out);

/*
 * The same but only for surrogate pairs; the rest remains JSON text.  json-c
 * 0.16 takes the pair for a lone surrogate, and puts U+FFFD, where the last
 * four digits of its character are D800 to DBFF (U+1D800, U+2D800, ...).
 */
size_t jsontext_undo_pairs(struct span raw, char *out);

/* The front of a checked string, at most `max` bytes, no character cut. */
struct span jsontext_front(struct span raw, size_t max);

#endif
