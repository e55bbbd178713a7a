#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "model/row.h"
#include "output/json_line.h"
#include "output/ndjson.h"
#include "output/write_fault.h"

enum {
	RATE_DECIMALS = 6
};

static int
head(void *arg, const struct column *columns, size_t n, struct fault *f)
{
	struct ndjson *json = arg;

	(void)n;
	(void)f;
	json->columns = columns;
	json->rows = 0;
	return 0;
}

static void
add_cell(
    struct json_object *o, const struct column *column, const struct cell *cell)
{
	if (cell->null || (cell->len == 0 && column->kind == COLUMN_TIME)) {
		json_add_null(o, column->name);
		return;
	}
	switch (column->kind) {
	case COLUMN_NUMBER:
		json_add_number(o, column->name, cell->number);
		return;
	case COLUMN_RATE:
		json_add_decimal(o, column->name, cell->rate, RATE_DECIMALS);
		return;
	case COLUMN_TEXT:
	case COLUMN_DATE:
	case COLUMN_TIME:
		json_add_text(o, column->name, cell->text);
	}
}

static int
row(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct ndjson *json = arg;
	struct json_object *o = json_new_object();
	size_t i;

	for (i = 0; i < n; i++)
		add_cell(o, &json->columns[i], &cells[i]);
	errno = 0;
	json_line_print(json->out, o);
	json->rows++;
	if (!ferror(json->out))
		return 0;
	return write_fault(f, json->name, "cannot be written");
}

struct row_sink
ndjson_sink(struct ndjson *json)
{
	return (struct row_sink){ .head = head, .row = row, .arg = json };
}
