#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/timing.h"
#include "ingest/batch.h"
#include "ingest/ingest.h"
#include "ingest/store_batch.h"
#include "unpack/gzip_pack.h"
#include "ingest/writer.h"

struct ingest {
	struct ingest_settings settings;
	struct examiner *examiner;
	struct buf packed;
	/* one is filled while the writer, if it runs, has the others */
	struct batch ring[WRITER_QUEUE + 1], *batch;
	struct writer *writer; /* from the first full batch to the commit */
	struct recorder recorder;
	const struct store_mailbox *cursor;
	const char *after_import, *after_reject; /* "": nothing */
};

/* A message on its way into the batch. */
struct queueing {
	struct ingest *in;
	struct judged *judged;
	struct ingest_verdict *verdict;
};

struct ingest *
ingest_open(struct store *st, const struct ingest_settings *settings)
{
	struct ingest *in = xcalloc(1, sizeof *in);

	in->settings = *settings;
	in->examiner = examiner_new(&settings->examine);
	in->packed.max = 2 * settings->examine.limits->report;
	in->recorder.store = st;
	in->recorder.quarantine_max = settings->examine.limits->quarantine;
	for (size_t i = 0; i <= WRITER_QUEUE; i++)
		batch_reset(&in->ring[i]);
	in->batch = in->ring;
	in->after_import = in->after_reject = "";
	return in;
}

/* From here on the store is the caller's again. */
static int
end_writer(struct ingest *in, struct fault *f)
{
	struct timing *t = in->settings.examine.timing;
	enum room left = timing_enter(t, ROOM_WAIT);
	int rc = writer_stop(in->writer, f);

	in->writer = NULL;
	timing_enter(t, left);
	if (t != NULL)
		t->seconds[ROOM_STORE] = in->recorder.seconds;
	return rc;
}

void
ingest_close(struct ingest *in)
{
	struct fault told;

	if (in == NULL)
		return;
	end_writer(in, &told);
	examiner_free(in->examiner);
	buf_free(&in->packed);
	for (size_t i = 0; i <= WRITER_QUEUE; i++)
		batch_free(&in->ring[i]);
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
	in->after_import = after_import;
	in->after_reject = after_reject;
}

const struct ingest_counts *
ingest_counts(const struct ingest *in)
{
	return &in->recorder.counts;
}

static struct span
keep(struct arena *a, struct span bytes)
{
	return (struct span){ arena_strndup(a, bytes.p, bytes.n), bytes.n };
}

/* A report's gzip file: as received, or made of its text. */
static struct span
raw_bytes(struct ingest *in, const struct candidate *c)
{
	if (!in->settings.keep_raw)
		return (struct span){ 0 };
	if (c->is_gzip)
		return keep(&in->batch->arena, c->bytes);
	buf_reset(&in->packed);
	if (pack_gzip(c->text, &in->packed) == -1)
		return (struct span){ 0 };
	return keep(&in->batch->arena, buf_span(&in->packed));
}

static int
queue_candidate(void *arg, const struct candidate *c, struct fault *f)
{
	struct queueing *q = arg;
	struct arena *a = &q->in->batch->arena;
	struct outcome *o = batch_add_outcome(q->in->batch, q->judged);

	(void)f;
	q->judged->message.has_arrival = c->has_arrival;
	q->judged->message.arrival = c->arrival;
	if (c->report != NULL) {
		o->report = c->report;
		o->raw = raw_bytes(q->in, c);
		q->verdict->accepted++;
		return 0;
	}
	o->reject = (struct store_reject){
		.code = code_entry(c->findings->reject.code)->name,
		.where = arena_strdup(a, c->findings->reject.where),
		.filename = arena_strdup(a, c->filename),
		.bytes = keep(a, c->bytes),
		.whole_mail = c->whole_mail,
	};
	q->verdict->rejected++;
	return 0;
}

/* What goes with the messages of the batch that is full, or the last. */
static void
complete_batch(struct ingest *in)
{
	struct batch *b = in->batch;

	b->has_cursor = in->cursor != NULL;
	if (b->has_cursor)
		b->cursor = *in->cursor;
	b->after_import = in->after_import;
	b->after_reject = in->after_reject;
}

/*
 * By the writer if there is one, which has the batch that is filled next stored
 * by then; while a large one is stored there is no room for another beside it.
 */
static int
store_batch(struct ingest *in, struct fault *f)
{
	enum room left = timing_enter(in->settings.examine.timing, ROOM_WAIT);
	int rc = batch_is_large(in->batch) ? end_writer(in, f) : 0;

	complete_batch(in);
	if (rc == 0 && in->writer != NULL) {
		rc = writer_give(in->writer, in->batch, f);
		if (in->batch++ == in->ring + WRITER_QUEUE)
			in->batch = in->ring;
	} else if (rc == 0) {
		rc = record_batch(&in->recorder, in->batch, f);
	}
	batch_reset(in->batch);
	timing_enter(in->settings.examine.timing, left);
	return rc;
}

int
ingest_commit(struct ingest *in, struct fault *f)
{
	struct fault told;
	int rc = store_batch(in, f);

	if (rc == -1)
		end_writer(in, &told); /* which says the same */
	else
		rc = end_writer(in, f);
	return rc;
}

/* Room for one more message. */
static int
make_room(struct ingest *in, struct fault *f)
{
	struct fault told;

	if (!batch_is_full(in->batch))
		return 0;
	if (in->writer == NULL && !batch_is_large(in->batch))
		in->writer = writer_start(&in->recorder);
	if (store_batch(in, f) == 0)
		return 0;
	end_writer(in, &told);
	return -1;
}

int
ingest_message(struct ingest *in, const struct message *m,
    struct ingest_verdict *verdict, struct fault *f)
{
	struct queueing q = { in, NULL, verdict };

	*verdict = (struct ingest_verdict){ 0 };
	if (make_room(in, f) == -1)
		return -1;
	q.judged = batch_add(in->batch, m);
	return examine(in->examiner, m, &in->batch->arena, &q.judged->head,
	    queue_candidate, &q, f);
}
