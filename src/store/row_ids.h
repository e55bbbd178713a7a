#ifndef STORE_ROW_IDS_H
#define STORE_ROW_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "store/sql.h"

/*
 * The numbers of texts that come again and again, of one table; those used
 * lately are kept in memory.  Zero-initialise, then set the statements: one
 * finds a row's number by the texts, one adds the row.
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

/* The number of the row with these texts, which is added when it is new. */
int row_ids_find(struct store *, struct row_ids *, const struct value *text,
    size_t n, int64_t *id, struct fault *);

/* Forget what is in memory, for a rollback takes rows back. */
void row_ids_forget(struct row_ids *);

#endif
