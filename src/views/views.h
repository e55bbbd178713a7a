#ifndef VIEWS_VIEWS_H
#define VIEWS_VIEWS_H

#include <stddef.h>

struct config;
struct store;

/* Which views to write. */
struct views_wish {
	/* write only these, but even if nothing changed; n 0: all that are due
	 */
	const char *const *names;
	size_t n;
	size_t *written; /* gets how many were written; may be NULL */
};

/*
 * Bring the views of the configuration, [view NAME], up to date with the store,
 * and send the mails that are due.  A view is due for writing
 *
 * - when a report about one of its domains was stored since it was written;
 * - when stored reports were changed since: dropped, pruned, judged anew;
 * - when its section was changed;
 * - when one of its files is not the one that was written.
 *
 * A view that fails does not keep the others from being written; each run tries
 * it again.
 *
 * Returns 0, or the exit code of the first that failed, each having been
 * logged: 78 for its domains_file, group or folder, 73 for what cannot be
 * written or sent, or that of the store, which ends it.  The store must be open
 * for writing, without a transaction.
 */
int views_refresh(
    struct store *, const struct config *, const struct views_wish *);

#endif
