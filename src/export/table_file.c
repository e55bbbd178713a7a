#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "export/table_file.h"
#include "model/row.h"
#include "output/csv.h"
#include "output/ndjson.h"
#include "output/output_folder.h"
#include "output/whole_file.h"
#include "output/write_fault.h"
#include "store/status.h"
#include "tables/tables.h"

enum {
	SPREADSHEET_ROWS = 1048576 /* header included */
};

void
table_warn_long(const char *table, size_t rows)
{
	if (rows >= SPREADSHEET_ROWS)
		log_warn("%s: %zu rows; a spreadsheet shows the first %d: "
			 "export less with --since or --domain",
		    table, rows, SPREADSHEET_ROWS - 1);
}

static int
read_store(void *arg, const char *table, const struct store_filter *filter,
    const struct row_sink *sink, struct fault *f)
{
	return store_read_table(arg, table, filter, sink, f);
}

struct table_source
table_source_of(struct store *st)
{
	return (struct table_source){ read_store, st };
}

int
table_rows(const struct table_source *source, const struct table_format *format,
    FILE *out, const char *name, const char *table,
    const struct store_filter *filter, struct fault *f)
{
	struct csv csv = { .style = format->style, .out = out, .name = name };
	struct ndjson json = { .out = out, .name = name };
	struct row_sink sink =
	    format->ndjson ? ndjson_sink(&json) : csv_sink(&csv);

	if (source->read(source->arg, table, filter, &sink, f) == -1)
		return -1;
	table_warn_long(table, csv.rows);
	return 0;
}

int
table_write(const struct table_source *source,
    const struct table_format *format, const struct output_folder *folder,
    const char *name, const char *table, const struct store_filter *filter,
    struct fault *f)
{
	struct whole_file *file = whole_file_open_in(folder, name, f);
	char *path = xasprintf("%s/%s", folder->path, name);
	int rc = -1;

	if (file != NULL && table_rows(source, format, whole_file_stream(file),
				path, table, filter, f) == 0)
		rc = whole_file_commit(file, f);
	whole_file_close(file);
	free(path);
	return rc;
}

int
table_print(const struct table_source *source,
    const struct table_format *format, const char *table,
    const struct store_filter *filter, struct fault *f)
{
	if (table_rows(source, format, stdout, NULL, table, filter, f) == -1)
		return -1;
	if (fflush(stdout) == EOF)
		return write_fault(f, NULL, "cannot be written");
	return 0;
}
