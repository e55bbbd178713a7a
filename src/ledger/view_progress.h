#ifndef LEDGER_VIEW_PROGRESS_H
#define LEDGER_VIEW_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct store;

/* Which changes of the store all views show. */
struct view_progress {
	int64_t report; /* the newest report that they show, by number */
	/* false: something other than new reports may have changed, so every
	 * view must be looked at */
	bool is_known;
	char changes[32]; /* for view_progress_note() */
};

/* Read it, before the views are written. */
int view_progress_read(struct store *, struct view_progress *, struct fault *);

/*
 * Note, in the open transaction, that the views now show all reports up to that
 * number, and all other changes up to when `progress` was read.
 */
int view_progress_note(struct store *, const struct view_progress *,
    int64_t report, struct fault *);

/*
 * The Monday (days since 1970) of the week of which a view's last mail told; 0
 * for none.
 */
int view_mailed_read(
    struct store *, const char *view, int64_t *monday, struct fault *);

/* Note it, in the open transaction. */
int view_mailed_note(
    struct store *, const char *view, int64_t monday, struct fault *);

#endif
