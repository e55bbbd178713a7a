#ifndef LEDGER_VIEW_PROGRESS_H
#define LEDGER_VIEW_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct store;

/* How far the views follow the store. */
struct view_progress {
	int64_t report;	  /* number of the newest one that they show */
	bool is_known;	  /* false: every view is to be looked at */
	char changes[32]; /* what to hand back */
};

/* Read it, before the views are written. */
int view_progress_read(struct store *, struct view_progress *, struct fault *);

/*
 * They show all up to that report now.  What somebody else changed since it was
 * read stays to be looked at.  In the open transaction.
 */
int view_progress_note(struct store *, const struct view_progress *,
    int64_t report, struct fault *);

/*
 * The Monday (days since 1970) of the week of which a view's last mail told; 0
 * for none.
 */
int view_mailed_read(
    struct store *, const char *view, int64_t *monday, struct fault *);
int view_mailed_note(
    struct store *, const char *view, int64_t monday, struct fault *);

#endif
