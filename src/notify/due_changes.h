#ifndef NOTIFY_DUE_CHANGES_H
#define NOTIFY_DUE_CHANGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "ledger/notified.h"
#include "model/overview.h"
#include "summary/changes.h"
#include "summary/judge.h"
#include "summary/words.h"

struct fault;
struct store;

/* A problem that changed since the command was told of it. */
struct due_change {
	enum change change;
	struct notified after; /* what is to be remembered once it was told */
};

/*
 * All changes since then, and the overview that has the words for them.  It
 * must not be moved.
 */
struct due_changes {
	struct arena mem;
	struct overview overview;
	struct judgement judgement;
	struct words words;
	struct due_change *item; /* by number of the problem */
	size_t n;
	/* what is remembered in another way though nothing is told */
	struct notified *better; /* fewer failures than before */
	size_t n_better;
	int64_t *gone; /* muted, or no longer in the range */
	size_t n_gone;
};

/*
 * Look at every problem of the last 30 days stored, and not only at those that
 * the overview lists, beside what the other store remembers.  Free it with
 * due_changes_free() in either case.
 */
int due_changes_read(
    struct due_changes *, struct store *, struct store *told, struct fault *);
void due_changes_free(struct due_changes *);

/* The change of a problem; NULL for none. */
const struct due_change *due_change_of(
    const struct due_changes *, int64_t problem);

#endif
