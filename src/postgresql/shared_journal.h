#ifndef POSTGRESQL_SHARED_JOURNAL_H
#define POSTGRESQL_SHARED_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "model/shipment.h"
#include "postgresql/shared_key.h"

struct fault;
struct pg;
struct poller_state;

/*
 * The journal of this poller (ship/ship.h) as the shared store has it.
 * Initialize with { 0 }.
 */
struct shared_journal {
	int id;		  /* its number there */
	int64_t position; /* number of its last event that is stored there */
	bool has_mark;
	unsigned char mark[SHIPMENT_KEY]; /* digest of that event */
	struct key_set days; /* for the months of these there are partitions */
};

/* Free what it holds.  It can be opened again. */
void shared_journal_forget(struct shared_journal *);

/*
 * Find the journal in the shared store, or add it, in one round trip; tell it
 * the poller's name and state, too.  Other connections that ship this journal
 * are ended first: the lock of the poller's store lets only one run ship, so
 * they are left over from runs that are gone.  -1 also when the schema is of a
 * release that does not go with this one.
 */
int shared_journal_open(struct pg *, const char *application,
    const unsigned char id[SHIPMENT_KEY], const char *name,
    const struct poller_state *, struct shared_journal *, struct fault *);

/*
 * Set its position to the start, so that everything is shipped again, and
 * forget which reports were not taken.
 */
int shared_journal_restart(
    struct pg *, struct shared_journal *, struct fault *);

/*
 * Pass over a shipment of one report, which the shared store does not take:
 * move the position behind it, and keep why in its table `unshipped`.
 */
int shared_journal_refuse(struct pg *, const struct shared_journal *,
    const struct shipment *, const char *sqlstate, const char *words,
    struct fault *);

/*
 * Count the rollups of the days that changed, some at a time, until none is
 * left, another run counts them, or a signal stops it.
 */
int shared_journal_roll_up(struct pg *, struct fault *);

/* A journal in the status of the shared store; as struct ship_journal. */
struct shared_status {
	const char *journal; /* 32 hexadecimal digits */
	const char *name;
	int64_t position, reports, duplicates, conflicts, better, refused;
	const char *shipped;	 /* "2026-11-23T00:00:00Z"; "": never */
	int64_t waiting_reports; /* in its table `unshipped` */
	const char *error;	 /* why, for one of those; "" */
};

/* Call `line` for each journal in the shared store, in order of name. */
int shared_journal_list(struct pg *,
    void (*line)(void *arg, const struct shared_status *), void *arg,
    struct fault *);

#endif
