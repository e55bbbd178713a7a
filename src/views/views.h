#ifndef VIEWS_VIEWS_H
#define VIEWS_VIEWS_H

#include <stddef.h>

struct config;
struct store;

/* Which views are wanted. */
struct views_wish {
	const char *const *names; /* those alone, written in any case */
	size_t n;		  /* 0: all whose domains changed */
	size_t *written;	  /* gets how many were written; may be NULL */
};

/*
 * Bring the views of the configuration, [view NAME], up to date with the store,
 * and send the mails that are due.  A view is written when a report about one
 * of its domains was stored since, when something else was changed in the store
 * (a report was dropped, for one), when its section was, or when its files are
 * not those that it wrote.  One that fails does not keep the others from being
 * written; it is tried again by each run.
 *
 * Returns 0, or the exit code of the first that failed, each having been
 * logged: 78 for its domains_file, group or folder, 73 for what cannot be
 * written or sent, or that of the store, which ends it.  The store must be open
 * for writing, without a transaction.
 */
int views_refresh(
    struct store *, const struct config *, const struct views_wish *);

#endif
