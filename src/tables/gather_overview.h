#ifndef TABLES_GATHER_OVERVIEW_H
#define TABLES_GATHER_OVERVIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "model/overview.h"

struct arena;
struct fault;
struct store;

enum {
	OVERVIEW_DAYS = 3660 /* of a longer range the last ones */
};

/* What is to be looked at. */
struct overview_range {
	const char *from, *to; /* UTC days, both included; NULL: the oldest and
				  the newest day stored */
	const char *today;     /* against which mutes are held */
	const char *const *domains; /* these recipient domains; none: all */
	size_t n_domains;
	bool alone; /* as if the store held these alone; from and to are set */
	const struct overview_watch *watch; /* NULL: nobody looks at all */
};

/*
 * Gather it, in one view of the store, whatever others write meanwhile (the
 * caller has no transaction open).  An empty store, or one without a report in
 * the range, gives empty lists; without a day at all, from and to are "".
 */
int store_overview(struct store *, const struct overview_range *,
    struct arena *, struct overview *, struct fault *);

#endif
