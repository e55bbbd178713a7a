#ifndef OUTPUT_CSV_H
#define OUTPUT_CSV_H

#include <stdbool.h>
#include <stdio.h>

#include "model/row.h"

struct fault;

/* How the reader's spreadsheet wants its files; section [export]. */
struct csv_style {
	bool bom;	/* begin with a UTF-8 byte order mark */
	char delimiter; /* ',' */
	char decimal;	/* '.' */
	bool guard;	/* apostrophe before what a spreadsheet would run */
};

extern const struct csv_style csv_style_default;

/*
 * Writes a table as RFC 4180 to `out`; rows come through the row_sink that
 * csv_sink() returns.  Text is always quoted; the names in the header row,
 * numbers, dates and empty fields are not.  A failure to write is a fault with
 * exit code 73 that names `name`.
 */
struct csv {
	FILE *out;
	const struct csv_style *style;
	const char *name; /* of the file, for people; NULL: standard output */
	const struct column *columns; /* set by the head */
	size_t rows;		      /* written so far, without the header */
	size_t n_gathered;	      /* of the row at hand, not yet in `out` */
	char gathered[4096];
};

struct row_sink csv_sink(struct csv *);

/*
 * Whether a spreadsheet would run the text as a formula, or show it as a
 * number, date or time that it is not.
 */
bool csv_needs_guard(const char *text, size_t len);

#endif
