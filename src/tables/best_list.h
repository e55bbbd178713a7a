#ifndef TABLES_BEST_LIST_H
#define TABLES_BEST_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * The best of any number of items, in bounded memory: those that come first in
 * an order.  Set the first four members, zero the others.
 */
struct best_list {
	size_t size;  /* bytes of an item */
	size_t limit; /* how many are kept */
	/* the order, as for qsort(); no two items are equal in it */
	int (*compare)(const void *, const void *);
	/* copy the strings that an item points to into the arena */
	void (*copy)(struct arena *, void *item);

	char *item; /* up to twice the limit */
	size_t n;
	uint64_t left_out; /* how many came that are not kept */
	bool full;	   /* item[limit - 1] is the last that may be kept */
	struct arena mem;
};

/* Keep a copy of the item, if it is one of the best so far. */
void best_list_add(struct best_list *, const void *item);

/*
 * The items in their order, moved into the arena; the list is freed.  `*n` gets
 * their number.
 */
void *best_list_take(struct best_list *, struct arena *, size_t *n);

/* Free a list that was not taken. */
void best_list_free(struct best_list *);

#endif
