#ifndef TABLES_TABLES_H
#define TABLES_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/row.h"

struct fault;
struct store;

/* Which rows of a table are wanted. */
struct store_filter {
	const char *from, *to; /* UTC days, both included; NULL: no bound */
	const char *const *domains;	  /* any of these recipient domains */
	size_t n_domains;		  /* 0: all */
	const char *const *organizations; /* any of these reporters */
	size_t n_organizations;		  /* 0: all */
	bool lives_gathered; /* by store_gather_lives(), with this filter */
	/*
	 * Read for a view ([view NAME]): as if the store held nothing but the
	 * reports about `domains`.  "The newest day" is one of theirs, and a
	 * row tells nothing of other domains.  from, to and domains must be
	 * set, and own_entries_read() called before.
	 */
	bool alone;
};

/* The names of the tables that can be exported; NULL past the last. */
const char *store_table_name(size_t i);

/* Give the rows of a table, in the order that it always has, to `sink`. */
int store_read_table(struct store *, const char *table,
    const struct store_filter *, const struct row_sink *, struct fault *);

/*
 * Gather the view sender_lives (what each sender's reports come to) into a
 * temporary table, once for all tables that are read with this filter
 * afterwards.  store_forget_lives() drops it again.
 */
int store_gather_lives(struct store *, struct store_filter *, struct fault *);

void store_forget_lives(struct store *, struct store_filter *);

#endif
