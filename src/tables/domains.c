#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "store/internal.h"
#include "tables/sender_days.h"
#include "tables/table_rows.h"

/* The columns of a row. */
enum {
	DOMAIN,
	FIRST_DAY,
	LAST_DAY,
	ORGANIZATIONS,
	COUNTED,
	COUNTED_FAILED,
	RATE,
	POLICY_TYPES,
	POLICY_MODE,
	CLEAN_DAYS,
	WORST_RESULT_TYPE,
	SILENT_ORGANIZATIONS,
	COLUMNS
};

/* One organization on one domain: all of its senders. */
struct organization {
	char *name;
	bool reports, silent;
};

struct domains {
	struct store *st;
	const struct row_sink *sink;
	struct day_range range;
	bool *reported; /* by day of the range, on the domain */
	/* the domain whose senders are read */
	char *name; /* NULL: none yet */
	struct organization organization;
	int64_t first, last, bad; /* days */
	int64_t organizations, silent;
	int64_t counted, counted_failed;
};

static size_t
days_in(const struct day_range *range)
{
	return (size_t)(range->last - range->first + 1);
}

/* Days with a report behind the last one on which any failed. */
static int64_t
clean_days(const struct domains *d)
{
	int64_t day = d->bad == NEVER ? d->first : d->bad + 1, n = 0;

	for (; day <= d->last; day++)
		n += d->reported[day - d->range.first];
	return n;
}

static void
end_organization(struct domains *d)
{
	struct organization *o = &d->organization;

	if (o->reports) {
		d->organizations++;
		d->silent += o->silent;
	}
	free(o->name);
	*o = (struct organization){ 0 };
}

static int
give_row(struct domains *d, struct fault *f)
{
	char first[UTC_TEXT], last[UTC_TEXT];
	struct value v[] = { value_text(d->name), value_number(d->range.first),
		value_number(d->range.last) };
	struct cell c[COLUMNS];
	sqlite3_stmt *row;
	int rc = sql_ask(d->st, SQL_DOMAIN_POLICIES, v, 3, &row, f);

	if (rc != 1)
		return rc;
	utc_format_date(d->first * UTC_DAY, first);
	utc_format_date(d->last * UTC_DAY, last);
	c[DOMAIN] = cell_text(d->name);
	c[FIRST_DAY] = cell_text(first);
	c[LAST_DAY] = cell_text(last);
	c[ORGANIZATIONS] = cell_number(d->organizations);
	c[COUNTED] = cell_number(d->counted);
	c[COUNTED_FAILED] = cell_number(d->counted_failed);
	c[RATE] = (struct cell){ .null = d->counted == 0 };
	if (d->counted != 0)
		c[RATE].rate = (double)d->counted_failed / (double)d->counted;
	c[POLICY_TYPES] = cell_text(sql_column(row, 0));
	c[POLICY_MODE] = cell_text(sql_column(row, 1));
	c[CLEAN_DAYS] = cell_number(clean_days(d));
	c[WORST_RESULT_TYPE] = cell_text(sql_column(row, 2));
	c[SILENT_ORGANIZATIONS] = cell_number(d->silent);
	rc = d->sink->row(d->sink->arg, c, COLUMNS, f);
	sqlite3_reset(row);
	return rc;
}

/* The row of the domain, if it has any, and room for the next. */
static int
end_domain(struct domains *d, struct fault *f)
{
	int rc = 0;

	end_organization(d);
	if (d->name != NULL && d->organizations > 0)
		rc = give_row(d, f);
	free(d->name);
	d->name = NULL;
	d->organizations = d->silent = d->counted = d->counted_failed = 0;
	d->bad = NEVER;
	memset(d->reported, 0, days_in(&d->range) * sizeof *d->reported);
	return rc;
}

static void
add_sender(struct domains *d, const struct sender_days *s)
{
	struct organization *o = &d->organization;
	bool silent = sender_days_silent(s, &d->range);
	bool is_first = d->organizations == 0 && !o->reports;

	o->silent = silent && (o->silent || !o->reports);
	o->reports = true;
	if (is_first || s->first < d->first)
		d->first = s->first;
	if (is_first || s->last > d->last)
		d->last = s->last;
	if (s->bad > d->bad)
		d->bad = s->bad;
	d->counted = saturating_add(d->counted, s->counted);
	d->counted_failed =
	    saturating_add(d->counted_failed, s->counted_failed);
}

/* Senders come by domain, then by organization. */
static int
on_sender(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct domains *d = arg;
	struct organization *o = &d->organization;
	struct sender_days days;

	(void)n;
	if (d->name == NULL || strcmp(d->name, cells[0].text) != 0) {
		if (end_domain(d, f) == -1)
			return -1;
		d->name = xstrdup(cells[0].text);
	}
	if (o->name == NULL || strcmp(o->name, cells[1].text) != 0) {
		end_organization(d);
		o->name = xstrdup(cells[1].text);
	}
	if (sender_days_read(
		d->st, cells[2].number, &d->range, &days, d->reported, f) == -1)
		return -1;
	if (days.n > 0)
		add_sender(d, &days);
	return 0;
}

static int
read_senders(
    struct domains *d, const struct store_filter *filter, struct fault *f)
{
	static const struct column columns[] = { { "domain", COLUMN_TEXT },
		{ "organization", COLUMN_TEXT }, { "id", COLUMN_NUMBER } };
	struct row_sink each = { NULL, on_sender, d };
	int rc = read_names(d->st, "domain, organization, id FROM senders",
	    filter, "domain, organization", columns, 3, &each, f);

	return rc == 0 ? end_domain(d, f) : rc;
}

int
domains_read(struct store *st, const struct table *t,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	struct domains d = { .st = st, .sink = sink, .bad = NEVER };
	int rc;

	if (filter->n_organizations > 0)
		return 1;
	rc = day_range_read(st, t, filter, &d.range, f);
	if (rc == 0)
		rc = row_sink_head(sink, t->columns, t->n_columns, f);
	if (rc == -1 || d.range.last < d.range.first)
		return rc;
	d.reported = xcalloc(days_in(&d.range), sizeof *d.reported);
	rc = read_senders(&d, filter, f);
	free(d.reported);
	free(d.organization.name);
	free(d.name);
	return rc;
}
