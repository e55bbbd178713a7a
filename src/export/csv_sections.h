#ifndef EXPORT_CSV_SECTIONS_H
#define EXPORT_CSV_SECTIONS_H

#include <stdint.h>
#include <stdio.h>

#include "output/csv.h"
#include "store/exports.h"
#include "tables/tables.h"
#include "store/store.h"

struct arena;
struct fault;
struct whole_file;

/*
 * CSV files of tables whose rows are in order of their date: where each day,
 * week or month begins, so that those that did not change can be copied from
 * the file before.
 */
struct part {
	char first[16]; /* day of the period */
	int64_t offset;
	uint64_t rows;
};

struct parts {
	struct part *item;
	size_t n, room;
};

/* A table on its way into a file, and where its parts begin. */
struct part_writer {
	struct store *store;
	const char *table;
	const struct store_filter *filter;
	struct whole_file *file;
	struct csv csv; /* out, name and style are set by the caller */
	struct arena *mem;
	struct parts parts;
	size_t date; /* column; set with the head */
};

/* The whole table. */
int parts_write(struct part_writer *, struct fault *);

/*
 * The same with what did not change since `old` was noted, copied from `from`,
 * which is the file it tells of.
 */
int parts_write_changes(struct part_writer *, const struct store_export *old,
    FILE *from, struct fault *);

/* The parts as a text, to be noted. */
const char *parts_text(const struct parts *, struct arena *);

#endif
