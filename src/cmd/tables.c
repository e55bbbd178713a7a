#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/utc.h"
#include "cmd/tables.h"
#include "output/whole_file.h"

enum {
	SPREADSHEET_ROWS = 1048576 /* header included */
};

static int
write_rows(struct store *st, struct csv *csv, const char *table,
    const struct store_filter *filter, struct fault *f)
{
	struct row_sink sink = csv_sink(csv);

	if (store_read_table(st, table, filter, &sink, f) == -1)
		return -1;
	if (csv->rows >= SPREADSHEET_ROWS)
		log_warn("%s: %zu rows; a spreadsheet shows the first %d: "
			 "export less with --since or --domain",
		    table, csv->rows, SPREADSHEET_ROWS - 1);
	return 0;
}

int
table_write(struct store *st, const struct csv_style *style, const char *dir,
    const char *table, const struct store_filter *filter, struct fault *f)
{
	char *path = xasprintf("%s/%s.csv", dir, table);
	struct csv csv = { .style = style };
	struct whole_file *file;
	int rc = -1;

	if ((file = whole_file_open(path, f)) == NULL)
		goto out;
	csv.out = whole_file_stream(file);
	if (write_rows(st, &csv, table, filter, f) == -1)
		goto out;
	rc = whole_file_commit(file, f);
out:
	whole_file_close(file);
	free(path);
	return rc;
}

int
table_print(struct store *st, const struct csv_style *style, const char *table,
    const struct store_filter *filter, struct fault *f)
{
	struct csv csv = { .style = style, .out = stdout };

	if (write_rows(st, &csv, table, filter, f) == -1)
		return -1;
	if (fflush(stdout) == EOF)
		return fault(f, FAULT_HOST, EX_CANTCREAT, "standard output: %s",
		    strerror(errno));
	return 0;
}

int
tables_since(
    struct store *st, unsigned days, char day[static 16], struct fault *f)
{
	char text[UTC_TEXT];
	int64_t newest;

	if (store_newest_day(st, day, f) == -1)
		return -1;
	if (days == SINCE_ALL || utc_parse_date(span_of(day), &newest) == -1) {
		day[0] = '\0';
		return 0;
	}
	utc_format_date(newest - (int64_t)(days - 1) * UTC_DAY, text);
	memcpy(day, text, 11);
	return 0;
}

int
tables_refresh(struct store *st, const struct config *c, struct fault *f)
{
	struct store_filter filter = { 0 };
	const char *table;
	char from[16];
	size_t i;

	if (c->export_dir[0] == '\0')
		return 0;
	if (tables_since(st, c->export_since, from, f) == -1)
		return -1;
	if (from[0] != '\0')
		filter.from = from;
	for (i = 0; (table = store_table_name(i)) != NULL; i++)
		if (table_write(
			st, &c->csv, c->export_dir, table, &filter, f) == -1)
			return -1;
	return 0;
}
