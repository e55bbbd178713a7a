#ifndef STORE_ROW_IDS_H
#define STORE_ROW_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "store/sql.h"

/*
 * The ids of the rows of one table of names, such as series, by their texts.
 * Those used lately are kept in memory, for most reports name the same ones.
 * Zero-initialise, then set two statements: `find` gives a row's id by the
 * texts, `add` inserts the row.
 */
enum {
	ROW_IDS_SLOTS = 1024
};

struct row_ids {
	const struct sql *find, *add;
	struct row_ids_slot {
		uint64_t hash;
		char *key; /* NULL: unused */
		size_t len;
		int64_t id;
	} slot[ROW_IDS_SLOTS];
};

/* The id of the row with these texts, which is inserted when there is none. */
int row_ids_find(struct store *, struct row_ids *, const struct value *text,
    size_t n, int64_t *id, struct fault *);

/* Forget what is in memory: after a rollback rows may be gone. */
void row_ids_forget(struct row_ids *);

#endif
