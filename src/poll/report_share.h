#ifndef POLL_REPORT_SHARE_H
#define POLL_REPORT_SHARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The share of reports among the mails of a folder, of 10,000, or -1 when
 * nobody knows; and what follows from it: looking at a mail before it is
 * fetched costs something, which pays where few are reports.
 */

enum {
	SHARE_ALL = 10000,
	/* Bytes that looking at a mail costs. */
	LOOK_COST = 1200,
	/* A mail of that size is looked at in any folder. */
	LOOK_ALWAYS = 64 * 1024
};

/* The size from which on mails are looked at. */
uint32_t share_bound(int share);

/* Whether so few are reports that most mails are looked at. */
bool share_is_low(int share);

/* The share in a sample, which is not empty. */
int share_of(size_t reports, size_t mails);

/*
 * The share once `mails` more were looked at, of which `reports` hold one.  The
 * last hundred or so count; where nothing was known, all mails before are taken
 * for reports.
 */
int share_after(int share, size_t reports, size_t mails);

/* About how many bytes a mail of that size costs. */
uint64_t share_cost(int share, uint32_t size);

#endif
