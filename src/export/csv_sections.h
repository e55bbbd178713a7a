#ifndef EXPORT_CSV_SECTIONS_H
#define EXPORT_CSV_SECTIONS_H

#include <stdint.h>
#include <stdio.h>

#include "ledger/exports.h"
#include "output/csv.h"
#include "store/store.h"
#include "tables/tables.h"

struct arena;
struct fault;
struct whole_file;

/*
 * Where the periods (days, weeks or months) of a CSV file begin whose rows are
 * in order of date.  By it the next refresh copies those that did not change
 * from the old file, and reads only the others from the store.
 */
struct csv_section {
	char first[16]; /* first day of the period, "2026-11-23" */
	int64_t offset; /* bytes from the beginning of the file */
	uint64_t rows;
};

struct csv_sections {
	struct csv_section *item;
	size_t n, room;
};

/* A table on its way into a file. */
struct csv_section_writer {
	struct store *store;
	const char *table;
	const struct store_filter *filter;
	struct whole_file *file;
	struct csv csv; /* the caller sets out, name and style */
	struct arena *mem;
	struct csv_sections sections; /* of what was written so far */
	size_t date; /* index of the column of that name, once it is known */
};

/* Write the whole table. */
int csv_sections_write(struct csv_section_writer *, struct fault *);

/*
 * Write the table too, but copy the periods that did not change since `old` was
 * noted from `from`, the file that `old` was noted of.
 */
int csv_sections_write_changes(struct csv_section_writer *,
    const struct store_export *old, FILE *from, struct fault *);

/* The sections as text, to be noted in the store with the file. */
const char *csv_sections_text(const struct csv_sections *, struct arena *);

#endif
