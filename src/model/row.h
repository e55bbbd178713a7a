#ifndef MODEL_ROW_H
#define MODEL_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct fault;

/* How a column is to be written; section 5 of the contract with users. */
enum column_kind {
	COLUMN_TEXT,
	COLUMN_NUMBER, /* an integer */
	COLUMN_RATE,   /* a fraction, six decimals */
	COLUMN_DATE,   /* "2026-11-23", "2026-W48" */
	COLUMN_TIME    /* "2026-11-23T00:00:00Z" */
};

struct column {
	const char *name;
	enum column_kind kind;
};

/* One field; text and len serve TEXT, DATE and TIME. */
struct cell {
	bool null; /* SQL NULL: an empty field */
	const char *text;
	size_t len;
	int64_t number;
	double rate;
};

static inline struct cell
cell_text(const char *s)
{
	return (struct cell){ .text = s, .len = strlen(s) };
}

static inline struct cell
cell_number(int64_t n)
{
	return (struct cell){ .number = n };
}

/*
 * Where the rows of a table go: the head (NULL: nobody asks for it) once,
 * before any row.  Cells are valid during the call.  -1 with the fault stops
 * the reading.
 */
struct row_sink {
	int (*head)(void *arg, const struct column *, size_t n, struct fault *);
	int (*row)(void *arg, const struct cell *, size_t n, struct fault *);
	void *arg;
};

static inline int
row_sink_head(const struct row_sink *sink, const struct column *columns,
    size_t n, struct fault *f)
{
	return sink->head != NULL ? sink->head(sink->arg, columns, n, f) : 0;
}

#endif
