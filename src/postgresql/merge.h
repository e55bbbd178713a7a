#ifndef POSTGRESQL_MERGE_H
#define POSTGRESQL_MERGE_H

#include <stdbool.h>
#include <stdint.h>

struct fault;
struct pg;
struct shared_journal;
struct shipment;

/* What the shared store made of the reports that it was sent. */
struct merge_counts {
	int64_t added;	    /* nobody had shipped them before */
	int64_t duplicates; /* copies that it had, as well known as now */
	int64_t conflicts;  /* other content than a copy that it had */
	int64_t better; /* copies that it had: now better vouched for, known to
			   have arrived earlier, or decided */
};

struct merge; /* one that is made ready, or in progress */

/*
 * Make a part of a journal ready for the server, without a connection; so it
 * can be done while the server is at work on the part before.  `is_new`: all of
 * it is thought to be new there, as all before it was; that saves time where it
 * is true, and costs a round trip where it is not.  The part must outlive the
 * merge, which merge_free() frees.
 */
struct merge *merge_prepare(struct shipment *, bool is_new);
void merge_free(struct merge *);

/*
 * Merge the part into the shared store, and note there how far the journal is
 * shipped, in one transaction.  Merging the same part again changes nothing,
 * and the order in which journals are merged makes no difference: of the copies
 * of a report that contradict each other one counts, by the rules of
 * model/report_copy.h.
 *
 * merge_begin() sends all of it, and returns while the server is still at work;
 * or -1 with a fault when nothing was merged.  Until merge_end() the caller
 * leaves the connection, the journal and the part alone.
 *
 * `is_durable`: the server answers when the disk has it, and all that was
 * merged before.  Else a crash of the server within the next second may take
 * it back, position and all, and the next run ships it again.
 */
int merge_begin(struct merge *, struct pg *, struct shared_journal *,
    bool is_durable, struct fault *);

/* After merge_begin(): whether all of the part was new there. */
bool merge_is_new(const struct merge *);

/*
 * Wait until the server has merged it, and add to the counts.  -1 when it was
 * not merged, or when the connection broke before the answer to COMMIT: then
 * the journal's position in the shared store tells whether it was.  After a
 * failure of either function pg->sqlstate says why; the connection may be
 * closed.
 */
int merge_end(struct merge *, struct merge_counts *, struct fault *);

#endif
