#ifndef LEDGER_JOURNAL_EVENTS_H
#define LEDGER_JOURNAL_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/shipment.h"

struct fault;
struct store;

/*
 * The store as a journal: what its table outbox tells, with what the tables
 * hold of each report now.
 */

/* The journal's id, and the number of its last event; 0: there is none. */
int journal_read(struct store *, unsigned char id[SHIPMENT_KEY], int64_t *last,
    struct fault *);

/*
 * Draw a new id, since what was shipped under the old one was not shipped by
 * this file: it was put back from a backup, or copied from another machine.
 */
int journal_renew(
    struct store *, unsigned char id[SHIPMENT_KEY], struct fault *);

/*
 * The digest of the event of that number, by which another store knows whether
 * it has seen it: 1, or 0 when there is no such event.
 */
int journal_mark(struct store *, int64_t seq, unsigned char mark[SHIPMENT_KEY],
    struct fault *);

/*
 * Read what follows `s->from`: up to `most` reports and 8 MB, or the drops that
 * come next.  An event whose report is gone is passed over.  `raw`: the gzip
 * files, too.  arena_free() `s->memory` in either case.
 */
int journal_read_some(
    struct store *, size_t most, bool raw, struct shipment *s, struct fault *);

/* Note how far the journal is known to be shipped: a hint for people. */
int journal_note_shipped(struct store *, const unsigned char id[SHIPMENT_KEY],
    int64_t seq, struct fault *);

/*
 * What that hint says of this journal: 1 with the number and the time (seconds
 * since 1970 UTC), or 0 when nothing was shipped yet.
 */
int journal_shipped(struct store *, int64_t *seq, int64_t *at, struct fault *);

#endif
