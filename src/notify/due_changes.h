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

enum {
	DUE_DAYS = 30 /* the newest days stored, whose problems are looked at */
};

/* A problem that is new, worse or cured since [notify] command was last told.
 */
struct due_change {
	enum change change;
	struct notified after; /* what to remember once it was told */
};

/*
 * All these changes, and the overview from which they are put into words.  The
 * struct must not be moved: its members point to each other.
 */
struct due_changes {
	struct arena mem;
	struct overview overview;
	struct judgement judgement;
	struct words words;
	struct due_change *item; /* by number of the problem */
	size_t n;
	/* problems of which nothing is told, but something else remembered: */
	struct notified *better; /* those with fewer failures than before */
	size_t n_better;
	int64_t *gone; /* to forget: muted, or not seen for DUE_DAYS */
	size_t n_gone;
};

/*
 * Compare every problem of the last DUE_DAYS in a store, also those that the
 * overview has no room for, with what the store `told` remembers.
 * due_changes_free() it in either case.
 */
int due_changes_read(
    struct due_changes *, struct store *, struct store *told, struct fault *);
void due_changes_free(struct due_changes *);

/* The change of the problem of that number; NULL for none. */
const struct due_change *due_change_of(
    const struct due_changes *, int64_t problem);

#endif
