#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"
#include "base/timing.h"
#include "codes/codes.h"
#include "dkim/public_key.h"
#include "dkim/verdict.h"
#include "ingest/batch.h"
#include "ingest/examine.h"
#include "ingest/ingest.h"
#include "ingest/store_batch.h"
#include "model/message.h"
#include "store/rejects.h"
#include "unpack/gzip_pack.h"

struct ingest {
	struct ingest_settings settings;
	struct examiner *examiner;
	struct buf packed;
	struct batch batch;
	struct storing storing;
	const struct store_mailbox *cursor;
};

/* The message that is examined, on its way into the batch. */
struct queueing {
	struct ingest *in;
	struct judged *judged;
	struct ingest_verdict *verdict;
	bool waits; /* some key could not be asked for */
	char where[VERDICT_PLACE];
};

struct ingest *
ingest_open(struct store *st, const struct ingest_settings *settings)
{
	struct ingest *in = xcalloc(1, sizeof *in);

	in->settings = *settings;
	in->settings.examine.store = st;
	in->examiner = examiner_new(&in->settings.examine);
	in->packed.max = 2 * settings->examine.limits->report;
	in->storing.store = st;
	in->storing.quarantine_max = settings->examine.limits->quarantine;
	batch_reset(&in->batch);
	in->batch.after_import = in->batch.after_reject = "";
	return in;
}

void
ingest_close(struct ingest *in)
{
	if (in == NULL)
		return;
	store_batch_abandon(&in->storing);
	examiner_free(in->examiner);
	buf_free(&in->packed);
	batch_free(&in->batch);
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
	in->batch.after_import = after_import;
	in->batch.after_reject = after_reject;
}

void
ingest_set_vouching(struct ingest *in, const struct vouching *how)
{
	examiner_set_vouching(in->examiner, how);
}

const struct ingest_counts *
ingest_counts(const struct ingest *in)
{
	return &in->storing.counts;
}

static struct span
keep(struct arena *a, struct span bytes)
{
	return (struct span){ arena_strndup(a, bytes.p, bytes.n), bytes.n };
}

/* A report as a gzip file: as received, or packed from its text. */
static struct span
raw_bytes(struct ingest *in, const struct candidate *c)
{
	if (!in->settings.keep_raw)
		return (struct span){ 0 };
	if (c->is_gzip)
		return keep(&in->batch.reports, c->bytes);
	buf_reset(&in->packed);
	if (pack_gzip(c->text, &in->packed) == -1)
		return (struct span){ 0 };
	return keep(&in->batch.reports, buf_span(&in->packed));
}

/* Store what there is of a batch that takes too much memory. */
static int
relieve(struct ingest *in, struct fault *f)
{
	struct timing *t = in->settings.examine.timing;
	enum room left = timing_enter(t, ROOM_STORE);
	int rc = store_batch_so_far(&in->storing, &in->batch, f);

	batch_forget_outcomes(&in->batch);
	timing_enter(t, left);
	return rc;
}

static void
note_wait(struct queueing *q, const struct candidate *c)
{
	if (c->verdict == NULL || c->verdict->vouched != VOUCHED_LATER)
		return;
	q->waits = true;
	verdict_place(c->verdict, q->where);
}

/* The key of DNS by which the mail was found signed, to be known later. */
static void
note_key(struct queueing *q, const struct candidate *c)
{
	char name[KEY_NAME];

	if (c->verdict == NULL || c->verdict->vouched != VOUCHED_BY_SIGNATURE ||
	    c->verdict->key.record.n == 0)
		return;
	key_name(c->verdict->about, name);
	batch_note_key(&q->in->batch, name, c->verdict->key.record);
}

/* The mail itself, to be judged again when DNS answers. */
static void
queue_mail(struct queueing *q, const struct message *m)
{
	struct batch *b = &q->in->batch;
	struct outcome *o = batch_add_outcome(b, q->judged);

	o->waits = true;
	o->reject = (struct store_reject){
		.code = code_entry(CODE_DKIM_TEMPERROR)->name,
		.where = arena_strdup(&b->reports, q->where),
		.filename = "",
		.bytes = keep(&b->reports, m->bytes),
		.whole_mail = true,
	};
}

static int
queue_candidate(void *arg, const struct candidate *c, struct fault *f)
{
	struct queueing *q = arg;
	struct batch *b = &q->in->batch;
	struct arena *a = &b->reports;
	struct outcome *o = batch_add_outcome(b, q->judged);

	note_wait(q, c);
	note_key(q, c);
	q->judged->message.signed_by = arena_strdup(&b->mails, c->signed_by);
	q->judged->message.has_arrival = c->has_arrival;
	q->judged->message.arrival = c->arrival;
	if (c->report != NULL) {
		o->report = c->report;
		o->raw = raw_bytes(q->in, c);
		q->verdict->accepted++;
	} else if (c->deferred) {
		o->deferred = true;
		q->verdict->accepted++;
	} else {
		o->reject = (struct store_reject){
			.code = code_entry(c->findings->reject.code)->name,
			.where = arena_strdup(a, c->findings->reject.where),
			.filename = arena_strdup(a, c->filename),
			.bytes = keep(a, c->bytes),
			.whole_mail = c->whole_mail,
		};
		if (q->verdict->rejected++ == 0)
			q->verdict->code = o->reject.code;
	}
	return batch_is_heavy(b) ? relieve(q->in, f) : 0;
}

int
ingest_begin(struct ingest *in, struct fault *f)
{
	return store_batch_begin(&in->storing, f);
}

int
ingest_commit(struct ingest *in, struct fault *f)
{
	struct timing *t = in->settings.examine.timing;
	enum room left = timing_enter(t, ROOM_STORE);
	struct batch *b = &in->batch;
	int rc;

	b->has_cursor = in->cursor != NULL;
	if (b->has_cursor)
		b->cursor = *in->cursor;
	rc = store_batch(&in->storing, b, f);
	batch_reset(b);
	timing_enter(t, left);
	return rc;
}

int
ingest_commit_if_due(struct ingest *in, struct fault *f)
{
	if (!in->storing.in_transaction && !batch_is_full(&in->batch))
		return 0;
	return ingest_commit(in, f);
}

int
ingest_message(struct ingest *in, const struct message *m,
    struct ingest_verdict *verdict, struct fault *f)
{
	struct queueing q = { .in = in, .verdict = verdict };
	struct batch *b = &in->batch;

	*verdict = (struct ingest_verdict){ 0 };
	q.judged = batch_add(b, m);
	if (examine(in->examiner, m, &b->mails, &b->reports, &q.judged->head,
		queue_candidate, &q, f) == 0) {
		if (q.waits)
			queue_mail(&q, m);
		return 0;
	}
	batch_reset(b);
	return -1;
}
