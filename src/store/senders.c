#include <string.h>

#include "base/fault.h"
#include "store/internal.h"
#include "store/senders.h"
#include "store/tables.h"

/* The columns of a row, and of the names it begins with. */
enum {
	ORGANIZATION,
	REPORTER_DOMAIN,
	DOMAIN,
	NAMES,
	FIRST_DAY = NAMES,
	LAST_DAY,
	DAYS_REPORTED,
	DAYS_IN_RANGE,
	LONGEST_GAP,
	SILENT_DAYS,
	REPORTS,
	COUNTED,
	COUNTED_FAILED,
	COLUMNS
};

/* What the days of a sender come to. */
struct days {
	int64_t n, first, last, gap;
	int64_t reports, counted, failed;
};

struct senders {
	struct store *st;
	const struct row_sink *sink;
	int64_t first, last; /* of the days chosen */
};

static int
on_range(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct senders *s = arg;

	(void)n;
	(void)f;
	s->first = cells[0].number;
	s->last = cells[1].null ? -1 : cells[1].number;
	return 0;
}

static int
read_range(struct senders *s, const struct table *t,
    const struct store_filter *filter, struct arena *a, struct fault *f)
{
	static const struct column columns[] = { { "first", COLUMN_NUMBER },
		{ "last", COLUMN_NUMBER } };
	struct row_sink sink = { NULL, on_range, s };
	struct store_filter days = { .from = filter->from, .to = filter->to };
	size_t n;
	const struct value *v = filter_values(a, &days, &n);

	return read_rows(
	    s->st, range_sql(a, t->name, &days), v, n, columns, 2, &sink, f);
}

static void
add_day(struct days *d, sqlite3_stmt *row)
{
	int64_t day = sqlite3_column_int64(row, 0);

	if (d->n == 0)
		d->first = day;
	else if (day - 1 - d->last > d->gap)
		d->gap = day - 1 - d->last;
	d->last = day;
	d->n++;
	d->reports = saturating_add(d->reports, sqlite3_column_int64(row, 1));
	d->counted = saturating_add(d->counted, sqlite3_column_int64(row, 2));
	d->failed = saturating_add(d->failed, sqlite3_column_int64(row, 3));
}

static int
read_days(
    const struct senders *s, int64_t sender, struct days *d, struct fault *f)
{
	struct value v[] = { value_number(sender), value_number(s->first),
		value_number(s->last) };
	sqlite3_stmt *row;
	int rc = sql_ask(s->st, SQL_SENDER_DAYS, v, 3, &row, f);

	*d = (struct days){ 0 };
	for (; rc == 1; rc = sql_next(s->st, row, f))
		add_day(d, row);
	return rc;
}

static struct cell
date_cell(int64_t day, char text[static UTC_TEXT])
{
	utc_format_date(day * UTC_DAY, text);
	return (struct cell){ .text = text, .len = strlen(text) };
}

static struct cell
number_cell(int64_t n)
{
	return (struct cell){ .number = n };
}

static int
on_sender(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	const struct senders *s = arg;
	char first[UTC_TEXT], last[UTC_TEXT];
	struct cell c[COLUMNS];
	struct days d;

	(void)n;
	if (read_days(s, cells[NAMES].number, &d, f) == -1)
		return -1;
	if (d.n == 0)
		return 0;
	memcpy(c, cells, NAMES * sizeof *c);
	c[FIRST_DAY] = date_cell(d.first, first);
	c[LAST_DAY] = date_cell(d.last, last);
	c[DAYS_REPORTED] = number_cell(d.n);
	c[DAYS_IN_RANGE] = number_cell(s->last - s->first + 1);
	c[LONGEST_GAP] = number_cell(d.gap);
	c[SILENT_DAYS] = number_cell(s->last - d.last);
	c[REPORTS] = number_cell(d.reports);
	c[COUNTED] = number_cell(d.counted);
	c[COUNTED_FAILED] = number_cell(d.failed);
	return s->sink->row(s->sink->arg, c, COLUMNS, f);
}

int
senders_read(struct store *st, const struct table *t,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	static const struct column columns[] = { { "organization",
						     COLUMN_TEXT },
		{ "reporter_domain", COLUMN_TEXT }, { "domain", COLUMN_TEXT },
		{ "id", COLUMN_NUMBER } };
	struct senders s = { .st = st, .sink = sink };
	struct row_sink each = { NULL, on_sender, &s };
	struct arena a = { 0 };
	struct store_filter who = filter_names(filter);
	size_t n;
	const struct value *v = filter_values(&a, &who, &n);
	int rc = read_range(&s, t, filter, &a, f);

	if (rc == 0 && sink->head != NULL)
		rc = sink->head(sink->arg, t->columns, t->n_columns, f);
	if (rc == 0)
		rc = read_rows(st,
		    names_sql(&a,
			"organization, reporter_domain, domain, id FROM"
			" senders",
			&who, t->order),
		    v, n, columns, NAMES + 1, &each, f);
	arena_free(&a);
	return rc;
}
