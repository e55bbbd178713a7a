#ifndef EXPORT_FOLDER_TABLE_H
#define EXPORT_FOLDER_TABLE_H

#include <stdint.h>

#include "base/arena.h"
#include "ledger/exports.h"
#include "tables/tables.h"

struct config;
struct csv_target;
struct fault;
struct output_folder;
struct store;
struct whole_file;

/* With what the tables of a CSV folder are written. */
struct table_writer {
	const struct config *config;
	const struct csv_target *target;
	const struct output_folder *folder;
	struct store *store; /* in a view of it */
	struct store_filter filter;
	int64_t generation;  /* of the store, as the files show it */
	const char *options; /* what else the bytes of a file depend on */
	struct arena mem;    /* for what is to be noted; freed by the owner */
};

/* A table's file on its way to the disk. */
struct folder_table {
	struct store_export export;
	const char *path;	 /* for messages */
	struct whole_file *file; /* NULL: the file that is there is current;
				    closed by the owner */
};

/*
 * Write the file of a table beside the one it replaces, unless that is current;
 * of that one, the days that did not change are copied.  `t` is zeroed before,
 * and after a failure.
 */
int folder_table_write(struct table_writer *, const char *table,
    struct folder_table *t, struct fault *);

/* After its commit: remember the file, in the open transaction of a store. */
int folder_table_note(
    struct folder_table *, struct store *, struct arena *, struct fault *);

#endif
