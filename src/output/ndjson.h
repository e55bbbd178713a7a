#ifndef OUTPUT_NDJSON_H
#define OUTPUT_NDJSON_H

#include <stddef.h>
#include <stdio.h>

#include "model/row.h"

/*
 * A table as one JSON object a row and line (RFC 8259), its members named as
 * the columns: numbers as numbers, an empty field null, all else strings, and
 * nothing guarded or localised.  A failure to write has exit code 73 and names
 * `name`.
 */
struct ndjson {
	FILE *out;
	const char *name; /* of what `out` is; NULL: standard output */
	const struct column *columns; /* set by the head */
	size_t rows;
};

struct row_sink ndjson_sink(struct ndjson *);

#endif
