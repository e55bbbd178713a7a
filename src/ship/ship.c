#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/random_number.h"
#include "base/stop_signal.h"
#include "ledger/journal_events.h"
#include "ledger/polled_folders.h"
#include "model/poller_state.h"
#include "model/shipment.h"
#include "postgresql/connection.h"
#include "postgresql/merge.h"
#include "postgresql/shared_journal.h"
#include "postgresql/shared_schema.h"
#include "postgresql/sqlstate.h"
#include "ship/ship.h"
#include "summary/remedy.h"

enum {
	MOST_REPORTS = 5000, /* in a batch */
	TRIES = 8,	 /* of a batch that another poller's is in the way of */
	CONNECTIONS = 3, /* that may be cut before it is given up */
	FIRST_PAUSE = 20, /* ms at most before a retry; then twice as long */
	SECOND = 1000,
	NAME = 64,
	LARGE = 6 << 20 /* bytes of a part that is not made ready as a whole */
};

/* A part of the journal, read and made ready for the server. */
struct batch {
	struct shipment part;
	struct merge *merge;
};

/* A run that ships. */
struct shipping {
	struct store *store;
	const struct ship_settings *settings;
	struct ship_counts *counts;
	struct pg pg;
	struct shared_journal journal;
	unsigned char id[SHIPMENT_KEY];
	int64_t last;	      /* number of the store's last event */
	int64_t durable;      /* up to here the disk of the server has it */
	size_t most;	      /* reports in the next batch */
	unsigned tries, cuts; /* since the last batch that was merged */
	bool is_changed;      /* the shared store has rollups to count again */
	bool is_new;	      /* all of the last batch was new there */
	struct batch *next;   /* read ahead; NULL: none */
};

/* Wait for a random time, so that two pollers do not collide again. */
static void
pause_before(unsigned attempt)
{
	unsigned most = (unsigned)FIRST_PAUSE << (attempt < 7 ? attempt : 7);
	unsigned ms = most / 2 + (unsigned)(random_number() % (most / 2));
	struct timespec t;

	t.tv_sec = ms / SECOND;
	t.tv_nsec = (long)(ms % SECOND) * 1000000;
	(void)nanosleep(&t, NULL);
}

static void
application_name(const unsigned char id[SHIPMENT_KEY], char out[NAME])
{
	char hex[2 * SHIPMENT_KEY + 1];

	hex_format(id, SHIPMENT_KEY, hex);
	snprintf(out, NAME, "tlsrua %s", hex);
}

/* The poller's name, or this host's. */
static void
poller_name(const struct ship_settings *s, char *out, size_t size)
{
	if (s->name[0] != '\0' || gethostname(out, size) == -1)
		snprintf(out, size, "%s", s->name);
	out[size - 1] = '\0';
}

static int
open_journal(struct shipping *s, struct fault *f)
{
	char application[NAME], name[256];
	struct poller_state state;
	int rc;

	application_name(s->id, application);
	poller_name(s->settings, name, sizeof name);
	if (s->pg.conn == NULL) {
		shared_journal_forget(&s->journal);
		if (pg_open(&s->pg, s->settings->service, application,
			s->settings->timeout, f) == -1)
			return -1;
	}
	rc = poller_state_read(s->store, &state, f);
	if (rc == 0)
		rc = shared_journal_open(
		    &s->pg, application, s->id, name, &state, &s->journal, f);
	/* its COMMIT waited for the disk, and so for all before it */
	if (rc == 0)
		s->durable = s->journal.position;
	arena_free(&state.memory);
	return rc;
}

/*
 * Whether the event that the shared store was told last of this journal is the
 * one that this store has under the same number.
 */
static int
is_ours(struct shipping *s, struct fault *f)
{
	unsigned char mark[SHIPMENT_KEY];
	int rc;

	if (!s->journal.has_mark)
		return 1;
	if ((rc = journal_mark(s->store, s->journal.position, mark, f)) != 1)
		return rc;
	return memcmp(mark, s->journal.mark, sizeof mark) == 0;
}

/*
 * Connect, and find how far the journal is shipped.  Where this store is not
 * the one that shipped it, it gets a new id and is shipped from its start.
 */
static int
find_position(struct shipping *s, struct fault *f)
{
	int ours;

	if (open_journal(s, f) == -1 || (ours = is_ours(s, f)) == -1)
		return -1;
	if (ours == 1)
		return 0;
	log_warn("ship: the shared store knows this journal beyond what the "
		 "store holds: it was put back from a backup, or copied from "
		 "another machine; it is shipped from its start, as a new one");
	if (journal_renew(s->store, s->id, f) == -1)
		return -1;
	pg_close(&s->pg);
	return open_journal(s, f);
}

/*
 * The same with retries where the server cut the connection; not where it was
 * silent until the time-out.
 */
static int
connect_again(struct shipping *s, struct fault *f)
{
	while (find_position(s, f) == -1) {
		pg_close(&s->pg);
		if (f->status != EX_UNAVAILABLE || s->pg.said[0] == '\0' ||
		    ++s->cuts >= CONNECTIONS || stop_requested())
			return -1;
		pause_before(3 * s->cuts);
	}
	return 0;
}

/* Pass over the one report of a batch: the shared store does not take it. */
static int
refuse(struct shipping *s, const struct shipment *part, struct fault *f)
{
	char state[SQLSTATE_TEXT], said[sizeof s->pg.said];

	memcpy(state, s->pg.sqlstate, sizeof state);
	memcpy(said, s->pg.said, sizeof said);
	log_warn("ship: report %s of %s: the shared store does not take it: %s",
	    part->reports[0].report_id, part->reports[0].organization, said);
	if (shared_journal_refuse(&s->pg, &s->journal, part, state, said, f) ==
	    -1) {
		pg_rollback(&s->pg);
		return -1;
	}
	s->counts->refused++;
	return 0;
}

/*
 * A batch was not merged: decide what to do.  0 to go on from the position that
 * the shared store has by then; -1 to give up.
 */
static int
recover(struct shipping *s, const struct shipment *part, struct fault *f)
{
	bool passing = sqlstate_is_passing(s->pg.sqlstate);

	if (s->pg.conn != NULL && sqlstate_is_data(s->pg.sqlstate) &&
	    part->n_reports > 0) {
		if (part->n_reports == 1)
			return refuse(s, part, f);
		s->most = part->n_reports / 2;
		return 0;
	}
	if (f->status != EX_UNAVAILABLE && !passing)
		return -1;
	if (passing ? ++s->tries >= TRIES : ++s->cuts >= CONNECTIONS)
		return -1;
	pause_before(s->tries + 3 * s->cuts);
	return stop_requested() ? -1 : 0;
}

static void
free_batch(struct batch *b)
{
	if (b == NULL)
		return;
	merge_free(b->merge);
	arena_free(&b->part.memory);
	free(b);
}

/* Read what follows `from`; NULL with a fault. */
static struct batch *
read_batch(struct shipping *s, int64_t from, struct fault *f)
{
	struct batch *b = xcalloc(1, sizeof *b);

	b->part.from = from;
	if (journal_read_some(
		s->store, s->most, s->settings->raw, &b->part, f) == -1) {
		free_batch(b);
		return NULL;
	}
	/* of a large part the memory would be twice as much */
	b->merge =
	    merge_prepare(&b->part, s->is_new && b->part.memory.total < LARGE);
	return b;
}

/* The batch at the journal's position: the one that was read ahead, if any. */
static struct batch *
next_batch(struct shipping *s, struct fault *f)
{
	struct batch *b = s->next;

	s->next = NULL;
	if (b != NULL && b->part.from == s->journal.position)
		return b;
	free_batch(b);
	return read_batch(s, s->journal.position, f);
}

static int
merge_batch(struct shipping *s, struct batch *b, struct merge_counts *c,
    struct fault *f)
{
	struct fault later = { 0 };
	bool is_last = b->part.to >= s->last;

	if (merge_begin(b->merge, &s->pg, &s->journal, is_last, f) == -1)
		return -1;
	s->is_new = merge_is_new(b->merge);
	/* read the next batch while the server works; if that fails, it is
	 * read again in its turn, and the fault is told then */
	if (!is_last)
		s->next = read_batch(s, b->part.to, &later);
	if (merge_end(b->merge, c, f) == -1)
		return -1;
	s->journal.position = b->part.to;
	if (is_last)
		s->durable = b->part.to;
	return 0;
}

static void
add_counts(struct shipping *s, const struct merge_counts *c)
{
	s->counts->added += c->added;
	s->counts->duplicate += c->duplicates;
	s->counts->conflict += c->conflicts;
	s->counts->better += c->better;
	s->is_changed |= c->added > 0 || c->conflicts > 0 || c->better > 0;
}

/* Ship a batch: 1, also when its trouble was dealt with; 0: no event is left.
 */
static int
ship_some(struct shipping *s, struct fault *f)
{
	struct merge_counts c = { 0 };
	struct batch *b = next_batch(s, f);
	int rc = 0;

	if (b == NULL)
		return -1;
	if (b->part.to > b->part.from) {
		rc = merge_batch(s, b, &c, f);
		if (rc == 0) {
			s->tries = s->cuts = 0;
			s->most = 2 * s->most < MOST_REPORTS ? 2 * s->most
							     : MOST_REPORTS;
			s->is_changed |= b->part.n_drops > 0;
			add_counts(s, &c);
			rc = 1;
		} else if ((rc = recover(s, &b->part, f)) == 0) {
			rc = connect_again(s, f) == -1 ? -1 : 1;
		}
	}
	free_batch(b);
	return rc;
}

/*
 * Have the shared store count its rollups.  Its figures are right without them,
 * only slower to read: after trouble the next run does it.
 */
static void
roll_up(struct shipping *s)
{
	struct fault f = { 0 };

	if (shared_journal_roll_up(&s->pg, &f) == -1)
		log_info("ship: all is shipped, but the rollups there are not "
			 "counted yet: %s",
		    f.text);
}

static int
ship_all(struct shipping *s, struct fault *f)
{
	int rc = connect_again(s, f);

	if (rc == 0 && s->settings->again)
		rc = shared_journal_restart(&s->pg, &s->journal, f);
	if (rc == 0) {
		s->durable = s->journal.position;
		rc = 1;
	}
	while (rc == 1 && s->journal.position < s->last) {
		if (stop_requested())
			return fault(f, FAULT_HOST, EX_TEMPFAIL,
			    "ship: stopped: the next run goes on from here");
		rc = ship_some(s, f);
		if (s->settings->progress)
			log_progress("shipped %lld of %lld",
			    (long long)s->journal.position, (long long)s->last);
	}
	log_progress_end();
	if (rc == -1)
		return -1;
	if (s->is_changed)
		roll_up(s);
	return 0;
}

int
ship(struct store *st, const struct ship_settings *settings,
    struct ship_counts *counts, struct fault *f)
{
	struct shipping s = { .store = st,
		.settings = settings,
		.counts = counts,
		.most = MOST_REPORTS };
	struct fault ignored = { 0 };
	int rc;

	*counts = (struct ship_counts){ 0 };
	if (journal_read(st, s.id, &s.last, f) == -1)
		return -1;
	rc = ship_all(&s, f);
	counts->shipped = counts->added + counts->duplicate + counts->conflict +
			  counts->better + counts->refused;
	counts->waiting = s.last - s.journal.position;
	/* note how far it came for certain, even when it broke off */
	if (s.journal.id != 0 && journal_note_shipped(st, s.id, s.durable,
				     rc == 0 ? f : &ignored) == -1)
		rc = -1;
	free_batch(s.next);
	shared_journal_forget(&s.journal);
	pg_close(&s.pg);
	return rc;
}

int
ship_init(const struct ship_settings *s, struct fault *f)
{
	struct pg p;
	int rc = pg_open(&p, s->service, "tlsrua init", s->timeout, f);

	if (rc == 0)
		rc = shared_schema_make(&p, remedy_at, f);
	pg_close(&p);
	return rc;
}

int
ship_print_schema(struct fault *f)
{
	char *script = shared_schema_script(remedy_at);

	(void)f;
	fputs(script, stdout);
	free(script);
	return 0;
}
