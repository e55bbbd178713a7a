#ifndef PAGE_PAGE_LIMITS_H
#define PAGE_PAGE_LIMITS_H

#include <stdint.h>
#include <stdio.h>

/*
 * How much of each kind a page shows, the worst first.  What is left out is
 * counted beside it; the CSV files have everything.
 */
enum {
	MOST_PLOTS = 12, /* domains drawn large, with their days in a table */
	MOST_CARDS = 60, /* findings of a section, as cards */
	MOST_REPORTERS = 60, /* organizations drawn day by day */
	MOST_ROWS = 1000,    /* of a table */
	LONG_TABLE = 60,     /* rows beyond which a table is folded */
	TALL_TABLE = 15	     /* rows beyond which one scrolls by itself */
};

/*
 * A paragraph "And 12 more: problems.csv has them."; nothing when all of them
 * are shown.  `where` is the part after the colon.
 */
void html_left_out(FILE *, uint64_t all, uint64_t shown, const char *where);

#endif
