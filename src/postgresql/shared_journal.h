#ifndef POSTGRESQL_SHARED_JOURNAL_H
#define POSTGRESQL_SHARED_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "model/shipment.h"
#include "postgresql/shared_key.h"

struct fault;
struct pg;
struct poller_state;

/* A journal as the shared store has it; begin with { 0 }. */
struct shared_journal {
	int id;		  /* its number there */
	int64_t position; /* all of it up to here is stored there */
	bool has_mark;
	unsigned char mark[SHIPMENT_KEY]; /* digest of the event there */
	struct key_set days; /* whose months are known to have partitions */
};

/* Free what merging noted in it; it can be opened again. */
void shared_journal_forget(struct shared_journal *);

/*
 * Find or make the journal there, once other connections that ship it were
 * ended: one run at a time has it (the store's lock), so they are ghosts of
 * runs that are gone; and tell what the poller has beside reports.  One round
 * trip.  -1 also when the store there is of
 * another release.
 */
int shared_journal_open(struct pg *, const char *application,
    const unsigned char id[SHIPMENT_KEY], const char *name,
    const struct poller_state *, struct shared_journal *, struct fault *);

/* Have it shipped from its start, and forget what was not taken. */
int shared_journal_restart(
    struct pg *, struct shared_journal *, struct fault *);

/*
 * Pass over the one report of a shipment, which the store there does not take,
 * and keep the server's words for it.
 */
int shared_journal_refuse(struct pg *, const struct shared_journal *,
    const struct shipment *, const char *sqlstate, const char *words,
    struct fault *);

/*
 * Count again the rollups of some of the days that changed: 1; or 0 when there
 * are none left, or another run is at it.
 */
int shared_journal_roll_up(struct pg *, struct fault *);

/* A line of the status of the shared store. */
struct shared_status {
	const char *journal; /* 32 hexadecimal digits */
	const char *name;
	int64_t position, reports, duplicates, conflicts, better, refused;
	const char *shipped;	 /* "2026-11-23T00:00:00Z"; "" when never */
	int64_t waiting_reports; /* in `unshipped` */
	const char *error;	 /* of one of those; "" */
};

/* Hand out each journal there, by name. */
int shared_journal_list(struct pg *,
    void (*line)(void *arg, const struct shared_status *), void *arg,
    struct fault *);

#endif
