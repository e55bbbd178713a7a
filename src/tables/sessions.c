#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "store/internal.h"
#include "tables/table_rows.h"

enum {
	NAMES = 6, /* of a series */
	SERIES_MAX = 256 * 1024,
	NAMES_MAX = 8 * 1024 * 1024 /* bytes of them that are kept */
};

/* What the rollup has of a series, in the order of its columns. */
enum sum {
	REPORTS,
	SUCCESSFUL,
	FAILED,
	COUNTED,
	COUNTED_FAILED,
	SUMS
};

/* The columns of a row. */
enum {
	DATE,
	WEEK,
	FIRST_NAME,
	AT_REPORTS = FIRST_NAME + NAMES,
	AT_SUCCESSFUL,
	AT_FAILED,
	AT_TOTAL,
	AT_COUNTED,
	AT_COUNTED_FAILED,
	AT_RATE,
	COLUMNS
};

struct series {
	int64_t id;
	const struct cell *names; /* NULL: not read yet */
	bool seen;		  /* in the present period */
	int64_t sum[SUMS];	  /* of that */
};

/* Where a series stands in the order of rows. */
struct place {
	int64_t id;
	size_t at;
};

struct sessions {
	struct store *st;
	const struct row_sink *sink;
	struct series *series; /* in the order of rows */
	struct place *places;  /* by id */
	size_t n, room;
	struct arena names;
	struct cell cells[COLUMNS];
};

static int
on_series(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct sessions *s = arg;

	(void)n;
	(void)f;
	if (s->n == s->room) {
		s->room = s->room > 0 ? 2 * s->room : 512;
		s->series =
		    xreallocarray(s->series, s->room, sizeof *s->series);
	}
	s->series[s->n++] = (struct series){ .id = cells[0].number };
	return 0;
}

static int
compare_ids(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* The chosen series: 1 when they are too many. */
static int
read_series(struct sessions *s, const struct store_filter *filter,
    struct arena *a, struct fault *f)
{
	static const struct column id = { "id", COLUMN_NUMBER };
	struct row_sink sink = { NULL, on_series, s };
	const char *order = arena_printf(a,
	    "domain, policy_domain, organization, reporter_domain,"
	    " policy_type, policy_mode LIMIT %d",
	    SERIES_MAX + 1);
	size_t i;

	if (read_names(
		s->st, "id FROM series", filter, order, &id, 1, &sink, f) == -1)
		return -1;
	if (s->n > SERIES_MAX)
		return 1;
	s->places = xreallocarray(NULL, s->n + 1, sizeof *s->places);
	for (i = 0; i < s->n; i++)
		s->places[i] = (struct place){ s->series[i].id, i };
	qsort(s->places, s->n, sizeof *s->places, compare_ids);
	return 0;
}

/* One of the series; NULL: it was not chosen. */
static struct series *
find_series(const struct sessions *s, int64_t id)
{
	struct place key = { .id = id };
	const struct place *p =
	    bsearch(&key, s->places, s->n, sizeof key, compare_ids);

	return p != NULL ? &s->series[p->at] : NULL;
}

static void
forget_names(struct sessions *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		s->series[i].names = NULL;
	arena_reset(&s->names);
}

/* The names of a series, read when they are asked for first; NULL: fault. */
static const struct cell *
names_of(struct sessions *s, struct series *series, struct fault *f)
{
	struct value id = value_number(series->id);
	struct cell *names;
	sqlite3_stmt *row;
	int rc, i;

	if (series->names != NULL)
		return series->names;
	if ((rc = sql_ask(s->st, SQL_SERIES_NAMES, &id, 1, &row, f)) != 1) {
		if (rc == 0)
			sql_fault_of(s->st, SQLITE_CORRUPT, f);
		return NULL;
	}
	if (s->names.total > NAMES_MAX)
		forget_names(s);
	names = arena_alloc(&s->names, NAMES * sizeof *names);
	for (i = 0; i < NAMES; i++)
		names[i] = cell_text(copy_column(&s->names, row, i));
	sqlite3_reset(row);
	return series->names = names;
}

/* Add up what the series have on the days of a period. */
static int
add_days(struct sessions *s, const struct store_period *p, struct fault *f)
{
	struct value v[] = { value_number(p->first_day),
		value_number(p->last_day) };
	struct series *series;
	sqlite3_stmt *row;
	int rc = sql_ask(s->st, SQL_READ_SESSIONS, v, 2, &row, f), i;

	for (; rc == 1; rc = sql_next(s->st, row, f)) {
		series = find_series(s, sqlite3_column_int64(row, 0));
		if (series == NULL)
			continue;
		for (i = 0; i < SUMS; i++)
			series->sum[i] = saturating_add(
			    series->sum[i], sqlite3_column_int64(row, i + 1));
		series->seen = true;
	}
	return rc;
}

static int
give_row(struct sessions *s, struct series *series, struct fault *f)
{
	const int64_t *sum = series->sum;
	int64_t total = sum[SUCCESSFUL] + sum[FAILED];
	const struct cell *names = names_of(s, series, f);
	struct cell *c = s->cells;

	if (names == NULL)
		return -1;
	memcpy(c + FIRST_NAME, names, NAMES * sizeof *c);
	c[AT_REPORTS].number = sum[REPORTS];
	c[AT_SUCCESSFUL].number = sum[SUCCESSFUL];
	c[AT_FAILED].number = sum[FAILED];
	c[AT_TOTAL].number = total;
	c[AT_COUNTED].number = sum[COUNTED];
	c[AT_COUNTED_FAILED].number = sum[COUNTED_FAILED];
	c[AT_RATE].null = total == 0;
	if (total != 0)
		c[AT_RATE].rate = (double)sum[FAILED] / (double)total;
	return s->sink->row(s->sink->arg, c, COLUMNS, f);
}

static int
give_period(struct sessions *s, const struct store_period *p, struct fault *f)
{
	size_t i;

	if (add_days(s, p, f) == -1)
		return -1;
	s->cells[DATE] = cell_text(p->first);
	s->cells[WEEK] = cell_text(p->week);
	for (i = 0; i < s->n; i++) {
		struct series *series = &s->series[i];

		if (!series->seen)
			continue;
		if (give_row(s, series, f) == -1)
			return -1;
		series->seen = false;
		memset(series->sum, 0, sizeof series->sum);
	}
	return 0;
}

static int
give_periods(struct sessions *s, const struct table *t,
    const struct store_filter *filter, struct arena *a, struct fault *f)
{
	struct store_period *periods;
	size_t n, i;

	if (store_periods(s->st, t->name, filter, a, &periods, &n, f) == -1 ||
	    row_sink_head(s->sink, t->columns, t->n_columns, f) == -1)
		return -1;
	for (i = 0; i < n; i++)
		if (give_period(s, &periods[i], f) == -1)
			return -1;
	return 0;
}

int
sessions_read(struct store *st, const struct table *t,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	struct sessions s = { .st = st, .sink = sink };
	struct arena a = { 0 };
	int rc = read_series(&s, filter, &a, f);

	if (rc == 0)
		rc = give_periods(&s, t, filter, &a, f);
	arena_free(&s.names);
	arena_free(&a);
	free(s.places);
	free(s.series);
	return rc;
}
