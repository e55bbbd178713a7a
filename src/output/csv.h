#ifndef OUTPUT_CSV_H
#define OUTPUT_CSV_H

#include <stdbool.h>
#include <stdio.h>

#include "base/row.h"

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
 * gives.  Text fields through libcsv.  `rows` counts those written.
 */
struct csv {
	FILE *out;
	const struct csv_style *style;
	const struct column *columns; /* set by the head */
	size_t rows;
};

struct row_sink csv_sink(struct csv *);

/*
 * A file that appears whole or not at all: written beside `path`, fsynced and
 * renamed, keeping mode, owner and group of the one it replaces; when nothing
 * would change, the old one is left untouched.  NULL with a fault of exit code
 * 73 when it cannot be created.
 */
struct whole_file *whole_file_open(const char *path, struct fault *);
FILE *whole_file_stream(struct whole_file *);

/* Publish it; -1 with exit code 73 and the old file as it was. */
int whole_file_commit(struct whole_file *, struct fault *);

/* Drop it, whether committed or not; NULL is legal. */
void whole_file_close(struct whole_file *);

#endif
