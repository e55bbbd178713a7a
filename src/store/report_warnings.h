#ifndef STORE_REPORT_WARNINGS_H
#define STORE_REPORT_WARNINGS_H

#include <stdint.h>

struct arena;
struct fault;
struct store;

/* Warnings that come and go with what else is stored, to be added up. */
enum report_warned {
	WARNED_UNAUTHENTICATED = 1, /* nobody vouches for it */
	WARNED_CONFLICT = 2,	    /* there is another copy */
	WARNED_REUSED = 4 /* its report-id has an earlier range, too */
};

/*
 * A list of codes, separated by blanks, with some of these added and others
 * taken out: `codes` itself when nothing changes, else in the arena; those
 * stand at its end then and in this order, whichever came first.
 */
const char *report_warnings(
    const char *codes, unsigned add, unsigned remove, struct arena *);

/*
 * The same for a stored report: 1 when it changed, 0 when it did not, or -1.
 * The rollups are the caller's.
 */
int report_warnings_set(struct store *, int64_t report, unsigned add,
    unsigned remove, struct fault *);

#endif
