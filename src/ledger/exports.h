#ifndef LEDGER_EXPORTS_H
#define LEDGER_EXPORTS_H

#include <stdint.h>

struct arena;
struct fault;
struct store;

/*
 * The notes of the CSV files that were written, so that a refresh writes only
 * what has changed.
 */

/* The store's generation: a number that grows whenever a CSV table changes. */
int store_generation(struct store *, int64_t *generation, struct fault *);

/* A table's file in a folder, as it was written. */
struct store_export {
	const char *dir, *table;
	int64_t generation;  /* of the store, as the file shows it */
	const char *options; /* delimiter and the like, on which bytes depend */
	const char *file;    /* inode, size and times of the file written */
	const char *parts;   /* where its days, weeks or months begin, as text
				(export/csv_sections.h); "" */
};

/* Find the note of a file: 1, or 0 when there is none. */
int store_find_export(struct store *, const char *dir, const char *table,
    struct arena *, struct store_export *, struct fault *);

/* Note a file in place of what was noted before, in the open transaction. */
int store_note_export(
    struct store *, const struct store_export *, struct fault *);

#endif
