#ifndef MODEL_PRUNING_H
#define MODEL_PRUNING_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Dropping what old reports hold beyond the figures.  The reports stay, so
 * that one that comes again is a duplicate, and so do all rollups; quarantine
 * is left alone, as are the days on which a conflict waits for a decision, or
 * something waits to be shipped.
 */
struct store_prune {
	const char *before;  /* the first day that stays as it is */
	bool raw;	     /* drop the bytes of reports */
	bool details;	     /* their entries with the failures */
	bool keep_unshipped; /* leave days alone of which not all is shipped */
};

struct store_pruned {
	int64_t reports;  /* whose details went */
	int64_t failures; /* with them */
	int64_t raw;	  /* reports whose bytes went */
	int64_t raw_bytes;
};

#endif
