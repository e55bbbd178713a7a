#ifndef EXPORT_TABLE_FILE_H
#define EXPORT_TABLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "config/config.h"
#include "output/csv.h"
#include "store/store.h"
#include "tables/tables.h"

struct fault;
struct output_folder;
struct row_sink;

/* How tables are written. */
struct table_format {
	bool ndjson; /* JSON lines in place of CSV */
	const struct csv_style *style;
};

/* Where the rows of tables come from; `read` is as store_read_table(). */
struct table_source {
	int (*read)(void *arg, const char *table, const struct store_filter *,
	    const struct row_sink *, struct fault *);
	void *arg;
};

/* The tables of a store. */
struct table_source table_source_of(struct store *);

/*
 * Write the rows of a table that the filter lets through to `out`; `name` is
 * the file's name for messages, NULL for standard output.
 */
int table_rows(const struct table_source *, const struct table_format *,
    FILE *out, const char *name, const char *table, const struct store_filter *,
    struct fault *);

/*
 * Write a table into the file `name` of a folder, whole or not at all.  A fault
 * has exit code 73, or that of the store.
 */
int table_write(const struct table_source *, const struct table_format *,
    const struct output_folder *, const char *name, const char *table,
    const struct store_filter *, struct fault *);

/* Write a table to standard output. */
int table_print(const struct table_source *, const struct table_format *,
    const char *table, const struct store_filter *, struct fault *);

/* Say it when a CSV file has more rows than a spreadsheet shows. */
void table_warn_long(const char *table, size_t rows);

#endif
