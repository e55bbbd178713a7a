#ifndef OUTPUT_NDJSON_H
#define OUTPUT_NDJSON_H

#include <stddef.h>
#include <stdio.h>

#include "model/row.h"

/*
 * Writes a table as JSON lines, one object a row, whose members are named as
 * the columns: numbers are numbers, an empty field is null, all else strings.
 * Nothing is guarded or localised.  A failure to write is a fault with exit
 * code 73 that names `name`.
 */
struct ndjson {
	FILE *out;
	const char *name; /* of the file, for people; NULL: standard output */
	const struct column *columns; /* set by the head */
	size_t rows;		      /* written so far */
};

struct row_sink ndjson_sink(struct ndjson *);

#endif
