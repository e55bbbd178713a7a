#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/timing.h"
#include "ingest/batch.h"
#include "ingest/examine.h"
#include "ingest/fill_batch.h"
#include "ingest/ingest.h"
#include "ingest/mail_queue.h"
#include "ingest/store_batch.h"
#include "model/message.h"

enum {
	QUEUED_MOST = 256 * 1024 /* bytes; a larger mail is not queued */
};

/* A batch, and which mails of the queue are in it. */
struct queued_batch {
	struct batch batch;
	uint64_t last;	 /* number of its last mail */
	uint64_t before; /* number of the last mail of the batch before it */
};

/*
 * Two batches take turns.  The caller puts mails into the open one and closes
 * it when it has enough.  A thread examines the mails of both, in order; once
 * it is done with the closed one, the caller stores that.
 *
 * Both use the store, but never at once.  The thread does for two things: to
 * read old DKIM keys, and to store a part of a batch that takes too much
 * memory. It waits before that until the caller has stored the batch before;
 * then the caller has nothing to store until the thread is done with this
 * batch.
 */
struct ingest {
	struct ingest_settings settings;
	struct batch_filler filler;
	struct queued_batch batch[2];
	struct queued_batch *open, *closed; /* closed: NULL for none */
	struct queued_batch *examined; /* that of the mail being examined */
	struct storing storing;
	const struct store_mailbox *cursor;
	struct mail_queue *queue; /* NULL without a thread */
	bool has_no_thread;	  /* no thread could be started */
	uint64_t settled; /* number of the last mail known to be examined */
	atomic_bool is_relieved; /* a transaction is open for a large mail */
	/* mails of the open batch that went through the queue, and when the
	 * first of them was added */
	size_t n_queued, bytes_queued;
	double since;
	struct ingest_verdict found; /* since the last ingest_settle() */
	struct timing beside;	     /* the thread's stopwatch */
	struct timing *watch; /* of whoever examines; NULL: no time is taken */
};

/* For the thread: wait until it may use the store. */
static void
claim_store(void *arg)
{
	struct ingest *in = arg;

	if (in->queue != NULL)
		mail_queue_wait_stored(in->queue, in->examined->before);
}

/* Store what there is of a batch that takes too much memory. */
static int
relieve(void *arg, struct batch *b, struct fault *f)
{
	struct ingest *in = arg;
	enum room left = timing_enter(in->watch, ROOM_STORE);
	int rc;

	claim_store(in);
	atomic_store(&in->is_relieved, true);
	rc = store_batch_so_far(&in->storing, b, f);
	batch_forget_outcomes(b);
	timing_enter(in->watch, left);
	return rc;
}

struct ingest *
ingest_open(struct store *st, const struct ingest_settings *settings)
{
	struct ingest *in = xcalloc(1, sizeof *in);

	in->settings = *settings;
	in->settings.examine.store = st;
	in->settings.examine.claim_store = claim_store;
	in->settings.examine.claim_arg = in;
	in->filler.keep_raw = settings->keep_raw;
	in->filler.relieve = relieve;
	in->filler.arg = in;
	in->filler.examiner = examiner_new(&in->settings.examine);
	in->watch = settings->examine.timing;
	in->filler.packed.max = 2 * settings->examine.limits->report;
	in->storing.store = st;
	in->storing.quarantine_max = settings->examine.limits->quarantine;
	in->open = &in->batch[0];
	batch_reset(&in->batch[0].batch);
	batch_reset(&in->batch[1].batch);
	ingest_set_actions(in, "", "");
	return in;
}

void
ingest_close(struct ingest *in)
{
	if (in == NULL)
		return;
	mail_queue_stop(in->queue);
	store_batch_abandon(&in->storing);
	examiner_free(in->filler.examiner);
	buf_free(&in->filler.packed);
	batch_free(&in->batch[0].batch);
	batch_free(&in->batch[1].batch);
	free(in);
}

void
ingest_set_cursor(struct ingest *in, const struct store_mailbox *cursor)
{
	in->cursor = cursor;
}

void
ingest_set_actions(
    struct ingest *in, const char *after_import, const char *after_reject)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		in->batch[i].batch.after_import = after_import;
		in->batch[i].batch.after_reject = after_reject;
	}
}

void
ingest_set_vouching(struct ingest *in, const struct vouching *how)
{
	examiner_set_vouching(in->filler.examiner, how);
}

const struct ingest_counts *
ingest_counts(const struct ingest *in)
{
	return &in->storing.counts;
}

/* -- what the thread does */

static int
examine_queued(void *arg, const struct message *m, void *to, struct fault *f)
{
	struct ingest *in = arg;

	in->examined = to;
	return fill_batch(&in->filler, &in->examined->batch, m, &in->found, f);
}

/* -- what the caller does */

/* Take the time by the watch of whoever examines now, thread or caller. */
static void
set_watch(struct ingest *in, struct timing *watch)
{
	if (in->settings.examine.timing == NULL)
		return;
	in->watch = watch;
	examiner_set_timing(in->filler.examiner, watch);
}

/* Whether there is a thread; it is started for the first mail. */
static bool
has_thread(struct ingest *in)
{
	if (in->queue != NULL || in->has_no_thread)
		return in->queue != NULL;
	timing_start(&in->beside);
	in->queue = mail_queue_start(examine_queued, in);
	in->has_no_thread = in->queue == NULL;
	if (in->queue != NULL)
		set_watch(in, &in->beside);
	return in->queue != NULL;
}

/*
 * The store failed.  Mails that come after those that could not be stored must
 * not be stored either: drop them.
 */
static void
drop_queue(struct ingest *in)
{
	if (in->queue == NULL)
		return;
	mail_queue_stop(in->queue);
	in->queue = NULL;
	in->has_no_thread = true;
	in->settled = in->open->last;
	set_watch(in, in->settings.examine.timing);
	batch_reset(&in->open->batch);
	store_batch_abandon(&in->storing);
}

static int
store_one(struct ingest *in, struct queued_batch *b, struct fault *f)
{
	struct timing *t = in->settings.examine.timing;
	enum room left = timing_enter(t, ROOM_STORE);
	int rc = store_batch(&in->storing, &b->batch, f);

	batch_reset(&b->batch);
	if (rc == -1)
		drop_queue(in);
	else if (in->queue != NULL)
		mail_queue_tell_stored(in->queue, b->last);
	timing_enter(t, left);
	return rc;
}

/* Store the closed batch, once all of it is examined. */
static int
store_closed(struct ingest *in, struct fault *f)
{
	struct queued_batch *b = in->closed;

	if (b == NULL)
		return 0;
	if (mail_queue_wait(in->queue, b->last, f) == -1)
		return -1;
	in->settled = b->last;
	in->closed = NULL;
	return store_one(in, b, f);
}

static bool
is_settled(const struct ingest *in)
{
	return in->closed == NULL && in->settled == in->open->last;
}

/* Wait until all mails are examined: then the caller may use the store. */
static int
settle(struct ingest *in, struct fault *f)
{
	if (is_settled(in))
		return 0;
	mail_queue_hand_over(in->queue);
	if (store_closed(in, f) == -1 ||
	    mail_queue_wait(in->queue, in->open->last, f) == -1)
		return -1;
	in->settled = in->open->last;
	timing_add(in->settings.examine.timing, &in->beside);
	return 0;
}

/* Note the cursor in the open batch, as it is after its last message. */
static void
note_cursor(struct ingest *in)
{
	struct batch *b = &in->open->batch;

	b->has_cursor = in->cursor != NULL;
	if (b->has_cursor)
		b->cursor = *in->cursor;
	in->n_queued = in->bytes_queued = 0;
}

/* Begin another batch, while this one is examined and the one before stored. */
static int
close_batch(struct ingest *in, struct fault *f)
{
	struct queued_batch *b = in->open;

	mail_queue_hand_over(in->queue);
	if (store_closed(in, f) == -1)
		return -1;
	note_cursor(in);
	in->closed = b;
	in->open = &in->batch[b == &in->batch[0] ? 1 : 0];
	in->open->before = in->open->last = b->last;
	return 0;
}

int
ingest_begin(struct ingest *in, struct fault *f)
{
	return settle(in, f) == -1 ? -1 : store_batch_begin(&in->storing, f);
}

int
ingest_commit(struct ingest *in, struct fault *f)
{
	if (settle(in, f) == -1)
		return -1;
	note_cursor(in);
	atomic_store(&in->is_relieved, false);
	in->open->before = in->open->last;
	return store_one(in, in->open, f);
}

int
ingest_commit_if_due(struct ingest *in, struct fault *f)
{
	bool is_due =
	    batch_has_enough(in->n_queued, in->bytes_queued, in->since);

	if (is_settled(in) ? is_due || in->storing.in_transaction ||
				 batch_is_full(&in->open->batch)
			   : atomic_load(&in->is_relieved))
		return ingest_commit(in, f);
	return is_due ? close_batch(in, f) : 0;
}

/* Examine a message at once, behind all that wait. */
static int
examine_here(struct ingest *in, const struct message *m,
    struct ingest_verdict *verdict, struct fault *f)
{
	struct timing *watch = in->watch;
	int rc;

	if (settle(in, f) == -1)
		return -1;
	set_watch(in, in->settings.examine.timing);
	in->examined = in->open;
	rc = fill_batch(&in->filler, &in->open->batch, m, verdict, f);
	set_watch(in, watch);
	return rc;
}

int
ingest_message(struct ingest *in, const struct message *m,
    struct ingest_verdict *verdict, struct fault *f)
{
	*verdict = (struct ingest_verdict){ 0 };
	return examine_here(in, m, verdict, f);
}

int
ingest_queue(struct ingest *in, const struct message *m, struct fault *f)
{
	if (m->bytes.n > QUEUED_MOST || !has_thread(in))
		return examine_here(in, m, &in->found, f);
	if (in->n_queued++ == 0)
		in->since = timing_now();
	in->bytes_queued += m->bytes.n;
	in->open->last = mail_queue_add(in->queue, m, in->open);
	return 0;
}

int
ingest_settle(struct ingest *in, struct ingest_verdict *found, struct fault *f)
{
	if (settle(in, f) == -1)
		return -1;
	*found = in->found;
	in->found = (struct ingest_verdict){ 0 };
	return 0;
}
