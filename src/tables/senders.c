#include <string.h>

#include "base/fault.h"
#include "store/internal.h"
#include "tables/sender_days.h"
#include "tables/table_rows.h"

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

struct senders {
	struct store *st;
	const struct row_sink *sink;
	struct day_range range;
};

static int
on_sender(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	const struct senders *s = arg;
	const struct day_range *range = &s->range;
	char first[UTC_TEXT], last[UTC_TEXT];
	struct cell c[COLUMNS];
	struct sender_days d;

	(void)n;
	if (sender_days_read(s->st, cells[NAMES].number, range, &d, NULL, f) ==
	    -1)
		return -1;
	if (d.n == 0)
		return 0;
	utc_format_date(d.first * UTC_DAY, first);
	utc_format_date(d.last * UTC_DAY, last);
	memcpy(c, cells, NAMES * sizeof *c);
	c[FIRST_DAY] = cell_text(first);
	c[LAST_DAY] = cell_text(last);
	c[DAYS_REPORTED] = cell_number(d.n);
	c[DAYS_IN_RANGE] = cell_number(range->last - range->first + 1);
	c[LONGEST_GAP] = cell_number(d.gap);
	c[SILENT_DAYS] = cell_number(range->last - d.last);
	c[REPORTS] = cell_number(d.reports);
	c[COUNTED] = cell_number(d.counted);
	c[COUNTED_FAILED] = cell_number(d.counted_failed);
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

	if (day_range_read(st, t, filter, &s.range, f) == -1 ||
	    row_sink_head(sink, t->columns, t->n_columns, f) == -1)
		return -1;
	return read_names(st,
	    "organization, reporter_domain, domain, id FROM senders", filter,
	    t->order, columns, NAMES + 1, &each, f);
}
