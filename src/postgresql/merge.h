#ifndef POSTGRESQL_MERGE_H
#define POSTGRESQL_MERGE_H

#include <stdint.h>

struct fault;
struct pg;
struct shared_journal;
struct shipment;

/* What became of the reports of a journal in the shared store. */
struct merge_counts {
	int64_t added;	    /* that nobody had shipped */
	int64_t duplicates; /* known, and nothing new about them */
	int64_t conflicts;  /* other content than a known one has */
	int64_t better;	    /* known; a better verdict, or the like */
};

struct merge; /* one that is under way */

/*
 * Merge a part of a journal into the shared store, and note how far the journal
 * is, in one transaction.  Merging again changes nothing, and the order in
 * which journals come does not matter: of the copies of a report that
 * contradict each other the one decided for last counts, else the one best
 * vouched for, else the first to arrive, else that of the smallest content.
 *
 * merge_begin() sends all of it, and returns while the server is still at work;
 * or NULL when it was not merged.  Until merge_end() the connection, the
 * journal and the part are the merge's.
 */
struct merge *merge_begin(
    struct pg *, struct shared_journal *, struct shipment *, struct fault *);

/*
 * Wait for the end of it, and add to the counts.  -1 when it was not merged, or
 * when the answer to COMMIT was lost, and only the journal's position there
 * tells.  After a failure of either function the SQLSTATE is in the connection,
 * which may be closed.
 */
int merge_end(struct merge *, struct merge_counts *, struct fault *);

#endif
