#ifndef STORE_NAME_LIST_H
#define STORE_NAME_LIST_H

#include <stddef.h>
#include <stdint.h>

struct arena;

/* A name, such as a domain of a report, and how many sessions it is about. */
struct named {
	const char *name;
	uint64_t sessions;
};

enum {
	MOST_NAMED = 20
};

/*
 * The names in order, each once, separated by blanks.  Of more than MOST_NAMED
 * it is those with most sessions, and " and N more".  Empty names are left out;
 * the array is put in another order.
 */
const char *name_list(struct named *, size_t n, struct arena *);

#endif
