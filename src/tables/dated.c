#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "store/internal.h"
#include "tables/table_rows.h"

enum {
	TABLE_COLUMNS_MAX = 24,
	DAY_MAX = 8 * 1024 * 1024 /* bytes of the rows of a day */
};

/* Columns of a finding, which are those of `mx` but for one. */
enum {
	MX_ORGANIZATION = 7, /* in the end their number */
	MX_FAILED
};

struct dated;

struct row {
	struct cell *cells;
	const struct dated *table;
};

/* A table as it is read, day after day. */
struct dated {
	const struct column *columns;
	size_t n_columns, date;
	size_t key[TABLE_COLUMNS_MAX], n_keys; /* columns to sort by */
	bool merge;			       /* findings, to be added up */
	const struct row_sink *sink;
	struct row *rows; /* of the present day */
	size_t n, room;
	struct arena mem; /* of them */
	bool too_long;	  /* the day that begins at `from` */
	char from[16];
};

static int
compare_cells(enum column_kind kind, const struct cell *a, const struct cell *b)
{
	size_t n = a->len < b->len ? a->len : b->len;
	int c;

	if (kind == COLUMN_NUMBER)
		return (a->number > b->number) - (a->number < b->number);
	c = n > 0 ? memcmp(a->text, b->text, n) : 0;
	return c != 0 ? c : (a->len > b->len) - (a->len < b->len);
}

/* By the first `n` of the keys. */
static int
compare_by(
    const struct dated *t, size_t n, const struct cell *a, const struct cell *b)
{
	size_t i, column;
	int c;

	for (i = 0; i < n; i++) {
		column = t->key[i];
		c = compare_cells(
		    t->columns[column].kind, &a[column], &b[column]);
		if (c != 0)
			return c;
	}
	return 0;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return compare_by(x->table, x->table->n_keys, x->cells, y->cells);
}

/* One row of `mx` out of the findings from the i-th on; returns its end. */
static size_t
add_up(const struct dated *t, size_t i)
{
	struct cell *sum = t->rows[i].cells, *last = sum;
	int64_t organizations = 1;
	size_t j;

	for (j = i + 1; j < t->n; j++) {
		struct cell *next = t->rows[j].cells;

		if (compare_by(t, t->n_keys - 1, sum, next) != 0)
			break;
		if (compare_by(t, t->n_keys, last, next) != 0)
			organizations++;
		sum[MX_FAILED].number = saturating_add(
		    sum[MX_FAILED].number, next[MX_FAILED].number);
		last = next;
	}
	sum[MX_ORGANIZATION] = cell_number(organizations);
	return j;
}

static int
end_day(struct dated *t, struct fault *f)
{
	size_t i, next;

	if (t->n > 1)
		qsort(t->rows, t->n, sizeof *t->rows, compare_rows);
	for (i = 0; i < t->n; i = next) {
		next = t->merge ? add_up(t, i) : i + 1;
		if (t->sink->row(
			t->sink->arg, t->rows[i].cells, t->n_columns, f) == -1)
			return -1;
	}
	t->n = 0;
	arena_reset(&t->mem);
	return 0;
}

static void
keep(struct dated *t, const struct cell *cells)
{
	size_t size = t->n_columns * sizeof *cells, i, n = 0;
	struct cell *copy = arena_alloc(&t->mem, size);
	char *text;

	if (t->n == t->room) {
		t->room = t->room > 0 ? 2 * t->room : 256;
		t->rows = xreallocarray(t->rows, t->room, sizeof *t->rows);
	}
	t->rows[t->n++] = (struct row){ copy, t };
	memcpy(copy, cells, size);
	for (i = 0; i < t->n_columns; i++)
		n += copy[i].len + 1;
	text = arena_alloc(&t->mem, n);
	for (i = 0; i < t->n_columns; i++) {
		if (copy[i].text == NULL)
			continue;
		copy[i].text = memcpy(text, copy[i].text, copy[i].len + 1);
		text += copy[i].len + 1;
	}
}

static int
on_row(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct dated *t = arg;
	const struct cell *date = &cells[t->date];

	(void)n;
	if (t->n > 0 &&
	    strcmp(t->rows[0].cells[t->date].text, date->text) != 0 &&
	    end_day(t, f) == -1)
		return -1;
	if (t->mem.total > DAY_MAX) {
		t->too_long = true;
		snprintf(t->from, sizeof t->from, "%s", date->text);
		return -1;
	}
	keep(t, cells);
	return 0;
}

static size_t
column_of(const struct dated *t, const char *name, size_t len)
{
	size_t i;

	for (i = 0; strncmp(t->columns[i].name, name, len) != 0 ||
		    t->columns[i].name[len] != '\0';)
		i++;
	return i;
}

/* The keys of "date, organization, report_id", but the date. */
static void
find_keys(struct dated *t, const char *order)
{
	size_t len, column;

	t->date = column_of(t, "date", sizeof "date" - 1);
	for (; *order != '\0'; order += len, order += strspn(order, ", ")) {
		len = strcspn(order, ",");
		column = column_of(t, order, len);
		if (column != t->date)
			t->key[t->n_keys++] = column;
	}
}

/* The rows of a SELECT by date, and of the view those that are too many. */
static int
read_days(struct store *st, struct dated *d, const char *text,
    const struct value *v, size_t n, const struct table *t,
    const struct store_filter *filter, struct fault *f)
{
	struct row_sink sink = { NULL, on_row, d };
	struct row_sink rest = { NULL, d->sink->row, d->sink->arg };
	struct store_filter rest_of = *filter;
	int rc = row_sink_head(d->sink, t->columns, t->n_columns, f);

	if (rc == 0)
		rc = read_rows(
		    st, text, v, n, d->columns, d->n_columns, &sink, f);
	if (rc == 0)
		rc = end_day(d, f);
	arena_free(&d->mem);
	free(d->rows);
	if (!d->too_long)
		return rc;
	rest_of.from = d->from;
	return read_view(st, t, &rest_of, &rest, f);
}

int
dated_read(struct store *st, const struct table *t,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	struct dated d = {
		.columns = t->columns, .n_columns = t->n_columns, .sink = sink
	};
	struct arena a = { 0 };
	size_t n;
	const struct value *v = filter_values(&a, filter, &n);
	int rc;

	find_keys(&d, t->order);
	rc = read_days(
	    st, &d, read_sql_by(&a, t, filter, "date"), v, n, t, filter, f);
	arena_free(&a);
	return rc;
}

int
mx_read(struct store *st, const struct table *t,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	struct column columns[TABLE_COLUMNS_MAX];
	struct dated d = { .columns = columns,
		.n_columns = t->n_columns,
		.merge = true,
		.sink = sink };
	struct value v[] = { value_text(
				 filter->from != NULL ? filter->from : ""),
		value_text(filter->to != NULL ? filter->to : "~") };

	if (filter->n_domains > 0 || filter->n_organizations > 0)
		return 1;
	memcpy(columns, t->columns, t->n_columns * sizeof *columns);
	columns[MX_ORGANIZATION].kind = COLUMN_TEXT;
	find_keys(&d, t->order);
	d.key[d.n_keys++] = MX_ORGANIZATION;
	return read_days(
	    st, &d, sql_text(SQL_READ_FINDINGS), v, 2, t, filter, f);
}
