#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "model/row.h"
#include "postgresql/binary_array.h"
#include "postgresql/connection.h"
#include "postgresql/shared_cursor.h"

#define ROWS "2000" /* that are fetched at once */

enum {
	MOST_COLUMNS = 32
};

static void
fill_cell(struct cell *cell, const PGresult *r, int row, int column)
{
	int64_t bits;

	*cell = (struct cell){ .null = PQgetisnull(r, row, column) == 1 };
	switch (PQftype(r, column)) {
	case PG_INT8:
		cell->number = cell->null ? 0 : pg_column_int(r, row, column);
		return;
	case PG_FLOAT8:
		bits = cell->null ? 0 : pg_column_int(r, row, column);
		memcpy(&cell->rate, &bits, sizeof bits);
		return;
	default:
		cell->text = pg_column_bytes(r, row, column);
		cell->len = (size_t)PQgetlength(r, row, column);
	}
}

static int
give_rows(const struct row_sink *sink, const PGresult *r, struct fault *f)
{
	struct cell cells[MOST_COLUMNS];
	int row, i, n = PQntuples(r), columns = PQnfields(r);

	for (row = 0; row < n; row++) {
		for (i = 0; i < columns && i < MOST_COLUMNS; i++)
			fill_cell(&cells[i], r, row, i);
		if (sink->row(sink->arg, cells, (size_t)i, f) == -1)
			return -1;
	}
	return 0;
}

/* Ask for the next portion without waiting for it. */
static int
send_fetch(struct pg *p, struct fault *f)
{
	if (pg_send(p, "FETCH " ROWS " FROM rows", NULL, 0, f) == -1)
		return -1;
	return pg_finish_sending(p, f);
}

/* The server is at the next portion while the sink is given the one before. */
static int
give_portions(struct pg *p, const struct row_sink *sink, struct fault *f)
{
	PGresult *portion;
	bool has_more = true;
	int rc = send_fetch(p, f);

	while (rc == 0 && has_more) {
		if (pg_answers(p, &portion, 1, f) == -1)
			return -1;
		has_more = PQntuples(portion) > 0;
		if (has_more)
			rc = send_fetch(p, f);
		if (rc == 0)
			rc = give_rows(sink, portion, f);
		PQclear(portion);
	}
	return rc;
}

int
shared_cursor_read(struct pg *p, const char *select, const struct pg_value *v,
    size_t n, const struct row_sink *sink, struct fault *f)
{
	struct arena a = { 0 };
	PGresult *result = pg_ask(p,
	    arena_printf(&a, "DECLARE rows NO SCROLL CURSOR FOR %s", select), v,
	    n, f);
	int rc = result == NULL ? -1 : 0;

	PQclear(result);
	arena_free(&a);
	if (rc == -1 || give_portions(p, sink, f) == -1 ||
	    (result = pg_ask(p, "CLOSE rows", NULL, 0, f)) == NULL)
		return -1;
	PQclear(result);
	return 0;
}
