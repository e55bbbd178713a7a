#ifndef OUTPUT_CSV_H
#define OUTPUT_CSV_H

#include <stdbool.h>
#include <stdio.h>

#include "model/row.h"

struct fault;

/* How spreadsheets of this place want their files; section [export]. */
struct csv_style {
	bool bom;	/* begin with a UTF-8 byte order mark */
	char delimiter; /* ',' */
	char decimal;	/* '.' */
	bool guard;	/* apostrophe before what a spreadsheet would run */
};

extern const struct csv_style csv_style_default;

/*
 * A table as RFC 4180 on `out`, written through the row_sink that csv_sink()
 * gives.  Text is always quoted; the names in the header row, numbers, dates
 * and empty fields are bare, being nothing that would need it.  `rows` counts
 * those written, without the header.  A failure to write has exit code 73 and
 * names `name`.
 */
struct csv {
	FILE *out;
	const struct csv_style *style;
	const char *name; /* of what `out` is; NULL: standard output */
	const struct column *columns; /* set by the head */
	size_t rows;
	bool odd;	 /* the delimiter may be in what is bare */
	char line[1024]; /* of the row in progress, what `out` has not got */
	size_t used;
};

struct row_sink csv_sink(struct csv *);

/* Whether a spreadsheet would run the text, or show it as something else. */
bool csv_needs_guard(const char *text, size_t len);

#endif
