#ifndef LEDGER_JOURNAL_EVENTS_H
#define LEDGER_JOURNAL_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/shipment.h"

struct fault;
struct store;

/*
 * The store as a journal that is shipped to a shared store (ship/ship.h).  Its
 * events are the rows of the table outbox, numbered by `seq`.  An event names a
 * report; what is shipped is what the other tables hold of that report by then.
 */

/* Read the journal's id, and the number of its last event; 0: there is none. */
int journal_read(struct store *, unsigned char id[SHIPMENT_KEY], int64_t *last,
    struct fault *);

/*
 * Give the journal a new id, in a transaction of its own: this file was put
 * back from a backup, or copied from another machine, so what was shipped under
 * the old id is not what it holds.
 */
int journal_renew(
    struct store *, unsigned char id[SHIPMENT_KEY], struct fault *);

/*
 * The digest of the event of that number, by which the shared store knows it
 * again: 1, or 0 when there is no such event.
 */
int journal_mark(struct store *, int64_t seq, unsigned char mark[SHIPMENT_KEY],
    struct fault *);

/*
 * Read the events after `s->from` into `s`: either reports, up to `most` of
 * them and 8 MB, or the drops that come next.  An event whose report is gone is
 * passed over.  With `raw` the gzip files of the reports are read, too.
 * arena_free() `s->memory` in either case.
 */
int journal_read_some(
    struct store *, size_t most, bool raw, struct shipment *s, struct fault *);

/*
 * Note, in a transaction of its own, how far the journal is known to be
 * shipped. What counts is the position that the shared store has: this is for
 * messages, and for prune.
 */
int journal_note_shipped(struct store *, const unsigned char id[SHIPMENT_KEY],
    int64_t seq, struct fault *);

/*
 * Read that note: 1 with the number of the last event shipped and the time it
 * was noted (seconds since 1970 UTC), or 0 when nothing was shipped yet.
 */
int journal_shipped(struct store *, int64_t *seq, int64_t *at, struct fault *);

#endif
