#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"
#include "codes/codes.h"
#include "dkim/public_key.h"
#include "dkim/verdict.h"
#include "ingest/batch.h"
#include "ingest/examine.h"
#include "ingest/fill_batch.h"
#include "ingest/ingest.h"
#include "model/message.h"
#include "store/rejects.h"
#include "unpack/gzip_pack.h"

/* The message that is examined, on its way into a batch. */
struct entering {
	struct batch_filler *filler;
	struct batch *batch;
	struct judged *judged;
	struct ingest_verdict *verdict;
	bool waits; /* some key could not be asked for */
	char where[VERDICT_PLACE];
};

static struct span
keep(struct arena *a, struct span bytes)
{
	return (struct span){ arena_strndup(a, bytes.p, bytes.n), bytes.n };
}

/* A report as a gzip file: as received, or packed from its text. */
static struct span
raw_bytes(struct entering *e, const struct candidate *c)
{
	struct batch_filler *filler = e->filler;

	if (!filler->keep_raw)
		return (struct span){ 0 };
	if (c->is_gzip)
		return keep(&e->batch->reports, c->bytes);
	buf_reset(&filler->packed);
	if (pack_gzip(c->text, &filler->packed) == -1)
		return (struct span){ 0 };
	return keep(&e->batch->reports, buf_span(&filler->packed));
}

static void
note_wait(struct entering *e, const struct candidate *c)
{
	if (c->verdict == NULL || c->verdict->vouched != VOUCHED_LATER)
		return;
	e->waits = true;
	verdict_place(c->verdict, e->where);
}

/* The key of DNS by which the mail was found signed, to be known later. */
static void
note_key(struct entering *e, const struct candidate *c)
{
	char name[KEY_NAME];

	if (c->verdict == NULL || c->verdict->vouched != VOUCHED_BY_SIGNATURE ||
	    c->verdict->key.record.n == 0)
		return;
	key_name(c->verdict->about, name);
	batch_note_key(e->batch, name, c->verdict->key.record);
}

/* The mail itself, to be judged again when DNS answers. */
static void
enter_mail(struct entering *e, const struct message *m)
{
	struct batch *b = e->batch;
	struct outcome *o = batch_add_outcome(b, e->judged);

	o->waits = true;
	o->reject = (struct store_reject){
		.code = code_entry(CODE_DKIM_TEMPERROR)->name,
		.where = arena_strdup(&b->reports, e->where),
		.filename = "",
		.bytes = keep(&b->reports, m->bytes),
		.whole_mail = true,
	};
}

static int
enter_candidate(void *arg, const struct candidate *c, struct fault *f)
{
	struct entering *e = arg;
	struct batch *b = e->batch;
	struct arena *a = &b->reports;
	struct outcome *o = batch_add_outcome(b, e->judged);

	note_wait(e, c);
	note_key(e, c);
	e->judged->message.signed_by = arena_strdup(&b->mails, c->signed_by);
	e->judged->message.has_arrival = c->has_arrival;
	e->judged->message.arrival = c->arrival;
	if (c->report != NULL) {
		o->report = c->report;
		o->raw = raw_bytes(e, c);
		e->verdict->accepted++;
	} else if (c->deferred) {
		o->deferred = true;
		e->verdict->accepted++;
	} else {
		o->reject = (struct store_reject){
			.code = code_entry(c->findings->reject.code)->name,
			.where = arena_strdup(a, c->findings->reject.where),
			.filename = arena_strdup(a, c->filename),
			.bytes = keep(a, c->bytes),
			.whole_mail = c->whole_mail,
		};
		if (e->verdict->rejected++ == 0)
			e->verdict->code = o->reject.code;
	}
	return batch_is_heavy(b) ? e->filler->relieve(e->filler->arg, b, f) : 0;
}

int
fill_batch(struct batch_filler *filler, struct batch *b,
    const struct message *m, struct ingest_verdict *verdict, struct fault *f)
{
	struct entering e = {
		.filler = filler, .batch = b, .verdict = verdict
	};
	unsigned before = verdict->accepted + verdict->rejected;

	e.judged = batch_add(b, m);
	if (examine(filler->examiner, m, &b->mails, &b->reports,
		&e.judged->head, enter_candidate, &e, f) == -1) {
		batch_reset(b);
		return -1;
	}
	if (e.waits)
		enter_mail(&e, m);
	verdict->mails += verdict->accepted + verdict->rejected > before;
	return 0;
}
