#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/fault.h"
#include "store/internal.h"

enum {
	COLUMNS_MAX = 24
};

/* A table that can be exported: a view, in its stable order. */
struct table {
	const char *name, *view, *order;
	const char *domain_in, *domain_end; /* around a list of domains */
	const struct column *columns;
	size_t n_columns;
};

static const struct column daily[] = {
	{ "date", COLUMN_DATE },
	{ "week", COLUMN_DATE },
	{ "domain", COLUMN_TEXT },
	{ "policy_domain", COLUMN_TEXT },
	{ "organization", COLUMN_TEXT },
	{ "reporter_domain", COLUMN_TEXT },
	{ "policy_type", COLUMN_TEXT },
	{ "policy_mode", COLUMN_TEXT },
	{ "reports", COLUMN_NUMBER },
	{ "successful_sessions", COLUMN_NUMBER },
	{ "failed_sessions", COLUMN_NUMBER },
	{ "total_sessions", COLUMN_NUMBER },
	{ "counted_sessions", COLUMN_NUMBER },
	{ "counted_failed", COLUMN_NUMBER },
	{ "failure_rate", COLUMN_RATE },
};

static const struct column failures[] = {
	{ "date", COLUMN_DATE },
	{ "week", COLUMN_DATE },
	{ "domain", COLUMN_TEXT },
	{ "policy_domain", COLUMN_TEXT },
	{ "organization", COLUMN_TEXT },
	{ "reporter_domain", COLUMN_TEXT },
	{ "policy_type", COLUMN_TEXT },
	{ "policy_mode", COLUMN_TEXT },
	{ "result_type", COLUMN_TEXT },
	{ "side", COLUMN_TEXT },
	{ "receiving_mx_hostname", COLUMN_TEXT },
	{ "receiving_ip", COLUMN_TEXT },
	{ "sending_mta_ip", COLUMN_TEXT },
	{ "failure_reason_code", COLUMN_TEXT },
	{ "failed_sessions", COLUMN_NUMBER },
	{ "additional_information", COLUMN_TEXT },
};

static const struct column reports[] = {
	{ "id", COLUMN_NUMBER },
	{ "date", COLUMN_DATE },
	{ "organization", COLUMN_TEXT },
	{ "reporter_domain", COLUMN_TEXT },
	{ "report_id", COLUMN_TEXT },
	{ "start", COLUMN_TIME },
	{ "end", COLUMN_TIME },
	{ "domain", COLUMN_TEXT },
	{ "policy_domains", COLUMN_TEXT },
	{ "policy_types", COLUMN_TEXT },
	{ "counted_sessions", COLUMN_NUMBER },
	{ "counted_failed", COLUMN_NUMBER },
	{ "contact", COLUMN_TEXT },
	{ "source", COLUMN_TEXT },
	{ "message_id", COLUMN_TEXT },
	{ "received", COLUMN_TIME },
	{ "dkim", COLUMN_TEXT },
	{ "warnings", COLUMN_TEXT },
	{ "status", COLUMN_TEXT },
};

static const struct column mailboxes[] = {
	{ "mailbox", COLUMN_TEXT },
	{ "folder", COLUMN_TEXT },
	{ "uidvalidity", COLUMN_NUMBER },
	{ "uid", COLUMN_NUMBER },
	{ "last_poll", COLUMN_TIME },
	{ "last_good", COLUMN_TIME },
	{ "status", COLUMN_NUMBER },
	{ "error", COLUMN_TEXT },
	{ "messages", COLUMN_NUMBER },
	{ "reports", COLUMN_NUMBER },
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct table tables[] = {
	{
	    .name = "daily",
	    .view = "csv_daily",
	    .order = "date, domain, policy_domain, organization,"
		     " reporter_domain, policy_type, policy_mode",
	    .domain_in = "domain IN (",
	    .domain_end = ")",
	    .columns = daily,
	    .n_columns = COUNT(daily),
	},
	{
	    .name = "failures",
	    .view = "csv_failures",
	    .order = "date, domain, policy_domain, organization,"
		     " reporter_domain, policy_type, policy_mode, result_type,"
		     " side, receiving_mx_hostname, receiving_ip,"
		     " sending_mta_ip, failure_reason_code, failed_sessions,"
		     " additional_information",
	    .domain_in = "domain IN (",
	    .domain_end = ")",
	    .columns = failures,
	    .n_columns = COUNT(failures),
	},
	{
	    .name = "reports",
	    .view = "csv_reports",
	    .order = "date, organization, report_id, start, end, id",
	    /* its own domain is a list */
	    .domain_in = "EXISTS (SELECT 1 FROM policies AS p"
			 " WHERE p.report = csv_reports.id AND p.skipped = 0"
			 " AND p.domain IN (",
	    .domain_end = "))",
	    .columns = reports,
	    .n_columns = COUNT(reports),
	},
};

const char *
store_table_name(size_t i)
{
	return i < COUNT(tables) ? tables[i].name : NULL;
}

static const struct table *
find_table(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(tables); i++)
		if (strcmp(tables[i].name, name) == 0)
			return &tables[i];
	return NULL;
}

/* The condition `before ?N, ?N+1, ... after`, one parameter for each of n. */
static const char *
any_of(struct arena *a, const char *before, size_t n, const char *after,
    size_t *next)
{
	enum {
		LONGEST = sizeof ", ?18446744073709551615"
	};
	char *list, *p;
	size_t i;

	if (n == 0)
		return "";
	p = list = arena_alloc(a, n * LONGEST);
	for (i = 0; i < n; i++)
		p += snprintf(
		    p, LONGEST, "%s?%zu", i > 0 ? ", " : "", (*next)++);
	return arena_printf(a, " AND %s%s%s", before, list, after);
}

/* "date, week, domain" */
static const char *
column_names(struct arena *a, const struct table *t)
{
	const char *names = t->columns[0].name;
	size_t i;

	for (i = 1; i < t->n_columns; i++)
		names = arena_printf(a, "%s, %s", names, t->columns[i].name);
	return names;
}

const char *
read_sql(struct arena *a, const char *table, const struct store_filter *filter)
{
	const struct table *t = find_table(table);
	const char *from = "", *to = "", *domains, *organizations;
	size_t next = 1;

	if (filter->from != NULL)
		from = arena_printf(a, " AND date >= ?%zu", next++);
	if (filter->to != NULL)
		to = arena_printf(a, " AND date <= ?%zu", next++);
	domains =
	    any_of(a, t->domain_in, filter->n_domains, t->domain_end, &next);
	organizations =
	    any_of(a, "organization IN (", filter->n_organizations, ")", &next);
	return arena_printf(a, "SELECT %s FROM %s WHERE 1%s%s%s%s ORDER BY %s",
	    column_names(a, t), t->view, from, to, domains, organizations,
	    t->order);
}

/* The parameters of that text; in the arena. */
static const struct value *
filter_values(struct arena *a, const struct store_filter *filter, size_t *n)
{
	size_t most = 2 + filter->n_domains + filter->n_organizations, i;
	struct value *v = arena_alloc(a, most * sizeof *v), *end = v;

	if (filter->from != NULL)
		*end++ = value_text(filter->from);
	if (filter->to != NULL)
		*end++ = value_text(filter->to);
	for (i = 0; i < filter->n_domains; i++)
		*end++ = value_text(filter->domains[i]);
	for (i = 0; i < filter->n_organizations; i++)
		*end++ = value_text(filter->organizations[i]);
	*n = (size_t)(end - v);
	return v;
}

static void
read_cell(sqlite3_stmt *row, int i, enum column_kind kind, struct cell *cell)
{
	*cell = (struct cell){ 0 };
	if (sqlite3_column_type(row, i) == SQLITE_NULL) {
		cell->null = true;
		return;
	}
	switch (kind) {
	case COLUMN_NUMBER:
		cell->number = sqlite3_column_int64(row, i);
		return;
	case COLUMN_RATE:
		cell->rate = sqlite3_column_double(row, i);
		return;
	case COLUMN_TEXT:
	case COLUMN_DATE:
	case COLUMN_TIME:
		cell->text = sql_column(row, i);
		cell->len = (size_t)sqlite3_column_bytes(row, i);
	}
}

/* Give the head and all rows of a statement to the sink. */
static int
pour(struct store *st, sqlite3_stmt *stmt, const struct column *columns,
    size_t n, const struct row_sink *sink, struct fault *f)
{
	struct cell cells[COLUMNS_MAX];
	size_t i;
	int rc;

	if (sink->head(sink->arg, columns, n, f) == -1)
		return -1;
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		for (i = 0; i < n; i++)
			read_cell(stmt, (int)i, columns[i].kind, &cells[i]);
		if (sink->row(sink->arg, cells, n, f) == -1)
			return -1;
	}
	return rc == SQLITE_DONE ? 0 : sql_fault(st, f);
}

int
read_rows(struct store *st, const char *text, const struct value *v, size_t n,
    const struct column *columns, size_t n_columns, const struct row_sink *sink,
    struct fault *f)
{
	sqlite3_stmt *stmt = NULL;
	int rc;

	if (sqlite3_prepare_v2(st->db, text, -1, &stmt, NULL) != SQLITE_OK)
		return sql_fault(st, f);
	rc = sql_bind(st, stmt, v, n, f);
	if (rc == 0)
		rc = pour(st, stmt, columns, n_columns, sink, f);
	sqlite3_finalize(stmt);
	return rc;
}

int
store_read_table(struct store *st, const char *table,
    const struct store_filter *filter, const struct row_sink *sink,
    struct fault *f)
{
	const struct table *t = find_table(table);
	struct arena a = { 0 };
	const struct value *v;
	size_t n;
	int rc;

	if (t == NULL)
		return fault(
		    f, FAULT_HOST, EX_USAGE, "%s: no such table", table);
	v = filter_values(&a, filter, &n);
	rc = read_rows(st, read_sql(&a, table, filter), v, n, t->columns,
	    t->n_columns, sink, f);
	arena_free(&a);
	return rc;
}

int
store_read_mailboxes(
    struct store *st, const struct row_sink *sink, struct fault *f)
{
	return read_rows(st, sql_text(SQL_READ_MAILBOXES), NULL, 0, mailboxes,
	    COUNT(mailboxes), sink, f);
}
