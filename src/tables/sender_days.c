#include "base/fault.h"
#include "store/internal.h"
#include "tables/sender_days.h"
#include "tables/table_list.h"

static int
on_range(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct day_range *range = arg;

	(void)n;
	(void)f;
	range->first = cells[0].number;
	range->last = cells[1].null ? -1 : cells[1].number;
	return 0;
}

int
day_range_read(struct store *st, const struct table *t,
    const struct store_filter *filter, struct day_range *range, struct fault *f)
{
	static const struct column columns[] = { { "first", COLUMN_NUMBER },
		{ "last", COLUMN_NUMBER } };
	struct row_sink sink = { NULL, on_range, range };

	return read_calendar(
	    st, t, "min(day), max(day)", "", filter, columns, 2, &sink, f);
}

static void
add_day(struct sender_days *d, int64_t day, sqlite3_stmt *row)
{
	if (d->n == 0)
		d->first = day;
	else if (day - 1 - d->last > d->gap)
		d->gap = day - 1 - d->last;
	d->last = day;
	d->n++;
	d->reports = saturating_add(d->reports, sqlite3_column_int64(row, 1));
	d->counted = saturating_add(d->counted, sqlite3_column_int64(row, 2));
	d->counted_failed =
	    saturating_add(d->counted_failed, sqlite3_column_int64(row, 3));
	if (sqlite3_column_int64(row, 4) > 0)
		d->bad = day;
}

int
sender_days_read(struct store *st, int64_t sender,
    const struct day_range *range, struct sender_days *d, bool *reported,
    struct fault *f)
{
	struct value v[] = { value_number(sender), value_number(range->first),
		value_number(range->last) };
	sqlite3_stmt *row;
	int rc = sql_ask(st, SQL_SENDER_DAYS, v, 3, &row, f);

	*d = (struct sender_days){ .bad = NEVER };
	for (; rc == 1; rc = sql_next(st, row, f)) {
		int64_t day = sqlite3_column_int64(row, 0);

		add_day(d, day, row);
		if (reported != NULL)
			reported[day - range->first] = true;
	}
	return rc;
}

bool
sender_days_silent(const struct sender_days *d, const struct day_range *range)
{
	return d->n >= REGULAR_DAYS &&
	       range->last - d->last > PATIENCE_DAYS + 2 * d->gap;
}
