#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sysexits.h>

#include "base/fault.h"
#include "output/ndjson.h"
#include "output/terminal_text.h"

enum {
	RATE_UNIT = 1000000
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

/* By whole millionths, since printf asks the locale for the decimal sign. */
static void
put_rate(FILE *out, double rate)
{
	long long millionths = llround(rate * RATE_UNIT);

	fprintf(
	    out, "%lld.%06lld", millionths / RATE_UNIT, millionths % RATE_UNIT);
}

static void
put_cell(FILE *out, enum column_kind kind, const struct cell *cell)
{
	if (cell->null || (cell->len == 0 && kind == COLUMN_TIME)) {
		fputs("null", out);
		return;
	}
	switch (kind) {
	case COLUMN_NUMBER:
		fprintf(out, "%" PRId64, cell->number);
		return;
	case COLUMN_RATE:
		put_rate(out, cell->rate);
		return;
	case COLUMN_TEXT:
	case COLUMN_DATE:
	case COLUMN_TIME:
		text_put_json(out, cell->text);
	}
}

static int
row(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct ndjson *json = arg;
	size_t i;

	errno = 0;
	for (i = 0; i < n; i++) {
		fprintf(json->out, "%s\"%s\":", i > 0 ? "," : "{",
		    json->columns[i].name);
		put_cell(json->out, json->columns[i].kind, &cells[i]);
	}
	fputs("}\n", json->out);
	json->rows++;
	if (!ferror(json->out))
		return 0;
	return fault(f, FAULT_HOST, EX_CANTCREAT, "%s: cannot be written: %s",
	    json->name != NULL ? json->name : "standard output",
	    errno != 0 ? strerror(errno) : "writing failed");
}

struct row_sink
ndjson_sink(struct ndjson *json)
{
	return (struct row_sink){ .head = head, .row = row, .arg = json };
}
