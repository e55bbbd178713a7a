#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/timing.h"
#include "ingest.h"
#include "report/pack.h"
#include "store/actions.h"
#include "store/store.h"

/*
 * A batch ends when it holds this much: large enough that commits cost little,
 * small enough that memory stays flat.
 */
enum {
	BATCH_MESSAGES = 1000,
	BATCH_BYTES = 4 << 20
};

/* What became of one candidate. */
struct outcome {
	struct outcome *next;
	const struct report *report; /* NULL: refused */
	struct span raw;	     /* of a report: its gzip file */
	struct store_reject reject;
};

/* A message that was judged and waits to be stored. */
struct judged {
	struct judged *next;
	struct message message; /* without its bytes */
	struct mail_head head;
	struct outcome *outcomes, **last;
};

struct ingest {
	struct store *store;
	struct ingest_settings settings;
	struct examiner *examiner;
	struct arena arena; /* what the batch lives in */
	struct judged *batch, **last;
	size_t waiting;
	const struct store_mailbox *cursor;
	const char *after_import, *after_reject; /* "": nothing */
	struct buf packed;
	struct ingest_counts counts;
	bool quarantine_full; /* said once a run */
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

	in->store = st;
	in->settings = *settings;
	in->examiner = examiner_new(&settings->examine);
	in->last = &in->batch;
	in->after_import = in->after_reject = "";
	in->packed.max = 2 * settings->examine.limits->report;
	return in;
}

void
ingest_close(struct ingest *in)
{
	if (in == NULL)
		return;
	examiner_free(in->examiner);
	buf_free(&in->packed);
	arena_free(&in->arena);
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
	return &in->counts;
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
		return keep(&in->arena, c->bytes);
	buf_reset(&in->packed);
	if (pack_gzip(c->text, &in->packed) == -1)
		return (struct span){ 0 };
	return keep(&in->arena, buf_span(&in->packed));
}

static int
queue_candidate(void *arg, const struct candidate *c, struct fault *f)
{
	struct queueing *q = arg;
	struct arena *a = &q->in->arena;
	struct outcome *o = arena_alloc(a, sizeof *o);

	(void)f;
	q->judged->message.has_arrival = c->has_arrival;
	q->judged->message.arrival = c->arrival;
	if (c->report != NULL) {
		o->report = c->report;
		o->raw = raw_bytes(q->in, c);
		q->verdict->accepted++;
	} else {
		o->reject = (struct store_reject){
			.code = code_entry(c->findings->reject.code)->name,
			.where = arena_strdup(a, c->findings->reject.where),
			.filename = arena_strdup(a, c->filename),
			.bytes = keep(a, c->bytes),
			.whole_mail = c->whole_mail,
		};
		q->verdict->rejected++;
	}
	*q->judged->last = o;
	q->judged->last = &o->next;
	return 0;
}

/* "example: UID 17", or the path of a file. */
static const char *
place(const struct message *m, char *out, size_t size)
{
	if (m->mailbox != 0)
		snprintf(out, size, "%s: UID %" PRIu32, m->source, m->uid);
	else
		snprintf(out, size, "%s", m->source);
	return out;
}

/* What became of a mail's candidates. */
struct tally {
	bool rejected, conflict, imported;
	bool repeated_conflict; /* a duplicate, but of a conflict */
	bool lost;		/* bytes that are nowhere but in the mail */
};

static int
store_reject(struct ingest *in, int64_t message, const struct judged *j,
    const struct outcome *o, struct tally *t, struct fault *f)
{
	uint64_t limit = in->settings.examine.limits->quarantine;
	struct store_rejected done;
	char who[512];

	if (store_add_reject(in->store, message, &o->reject, limit, &done, f) ==
	    -1)
		return -1;
	in->counts.rejected++;
	t->rejected = true;
	t->lost |= !done.kept;
	if (!done.kept && !in->quarantine_full) {
		in->quarantine_full = true;
		log_warn("quarantine: limits.quarantine is reached: of what is "
			 "rejected only the facts are kept; see `tlsrua "
			 "quarantine list`");
	}
	if (done.added)
		log_warn("%s: rejected: %s%s%s; see `tlsrua quarantine show "
			 "%" PRId64 "`",
		    place(&j->message, who, sizeof who), o->reject.code,
		    o->reject.where[0] != '\0' ? ": " : "", o->reject.where,
		    done.id);
	return 0;
}

static int
store_report(struct ingest *in, int64_t message, const struct judged *j,
    const struct outcome *o, struct tally *t, struct fault *f)
{
	const struct report *r = o->report;
	struct store_added added;
	char who[512];

	if (store_add_report(in->store, message, r, o->raw, &added, f) == -1)
		return -1;
	switch (added.outcome) {
	case STORE_IMPORTED:
		in->counts.imported++;
		t->imported = true;
		break;
	case STORE_DUPLICATE:
		in->counts.duplicate++;
		t->repeated_conflict |= added.of_conflict;
		return 0;
	case STORE_CONFLICT:
		in->counts.conflict++;
		t->conflict = true;
		t->lost |= o->raw.n == 0;
		log_warn("%s: report-id-conflict: %s of %s is stored already "
			 "with other content, and the first counts; see "
			 "`tlsrua quarantine show %" PRId64 "`",
		    place(&j->message, who, sizeof who), r->report_id,
		    r->organization, added.quarantined);
		return 0;
	}
	if (r->warnings[0] != '\0') {
		in->counts.warnings++;
		log_debug("%s: %s of %s: %s",
		    place(&j->message, who, sizeof who), r->report_id,
		    r->organization, r->warnings);
	}
	return 0;
}

/* The verdict of a mail is the gravest of its candidates. */
static const char *
verdict_of(const struct tally *t, bool any)
{
	return t->rejected   ? "rejected"
	       : t->conflict ? "conflict"
	       : t->imported ? "imported"
	       : any	     ? "duplicate"
			     : "no_report";
}

/* What the server shall do with it, noted in the same transaction. */
static int
note_action(struct ingest *in, const struct message *m, const struct tally *t,
    struct fault *f)
{
	const char *action = t->rejected || t->conflict || t->repeated_conflict
				 ? in->after_reject
				 : in->after_import;

	if (m->mailbox == 0 || action[0] == '\0' || t->lost || m->too_large ||
	    m->unreadable)
		return 0;
	return store_add_action(
	    in->store, m->mailbox, m->uidvalidity, m->uid, action, f);
}

static int
store_judged(struct ingest *in, const struct judged *j, struct fault *f)
{
	struct tally tally = { 0 };
	const struct outcome *o;
	int64_t id;

	if (store_add_message(in->store, &j->message, &j->head, &id, f) == -1)
		return -1;
	for (o = j->outcomes; o != NULL; o = o->next) {
		in->counts.reports++;
		if ((o->report == NULL
			    ? store_reject(in, id, j, o, &tally, f)
			    : store_report(in, id, j, o, &tally, f)) == -1)
			return -1;
	}
	in->counts.messages++;
	in->counts.bytes += j->message.size;
	in->counts.no_report += j->outcomes == NULL;
	if (j->outcomes != NULL &&
	    note_action(in, &j->message, &tally, f) == -1)
		return -1;
	return store_message_verdict(
	    in->store, id, verdict_of(&tally, j->outcomes != NULL), f);
}

static void
forget_batch(struct ingest *in)
{
	arena_reset(&in->arena);
	in->batch = NULL;
	in->last = &in->batch;
	in->waiting = 0;
}

int
ingest_commit(struct ingest *in, struct fault *f)
{
	enum room left = timing_enter(in->settings.examine.timing, ROOM_STORE);
	struct ingest_counts before = in->counts;
	const struct judged *j;
	int rc = -1;

	if (store_begin(in->store, f) == -1)
		goto out;
	for (j = in->batch; j != NULL; j = j->next)
		if (store_judged(in, j, f) == -1)
			goto out;
	if (in->cursor != NULL &&
	    store_set_cursor(in->store, in->cursor, f) == -1)
		goto out;
	if (store_commit(in->store, f) == -1)
		goto out;
	rc = 0;
out:
	if (rc == -1) {
		store_rollback(in->store);
		in->counts = before;
	}
	forget_batch(in);
	timing_enter(in->settings.examine.timing, left);
	return rc;
}

int
ingest_message(struct ingest *in, const struct message *m,
    struct ingest_verdict *verdict, struct fault *f)
{
	struct judged *j;
	struct queueing q = { in, NULL, verdict };

	if ((in->waiting >= BATCH_MESSAGES || in->arena.total >= BATCH_BYTES) &&
	    ingest_commit(in, f) == -1)
		return -1;
	*verdict = (struct ingest_verdict){ 0 };
	q.judged = j = arena_alloc(&in->arena, sizeof *j);
	j->last = &j->outcomes;
	j->message = *m;
	j->message.source = arena_strdup(&in->arena, m->source);
	j->message.bytes = (struct span){ 0 };
	if (examine(in->examiner, m, &in->arena, &j->head, queue_candidate, &q,
		f) == -1)
		return -1;
	*in->last = j;
	in->last = &j->next;
	in->waiting++;
	return 0;
}

void
ingest_print_json(const struct ingest_counts *c, double seconds)
{
	printf("{\"messages\":%" PRIu64 ",\"reports\":%" PRIu64
	       ",\"imported\":%" PRIu64 ",\"duplicate\":%" PRIu64
	       ",\"conflict\":%" PRIu64 ",\"rejected\":%" PRIu64
	       ",\"no_report\":%" PRIu64 ",\"warnings\":%" PRIu64
	       ",\"bytes\":%" PRIu64 ",\"seconds\":%.3f}\n",
	    c->messages, c->reports, c->imported, c->duplicate, c->conflict,
	    c->rejected, c->no_report, c->warnings, c->bytes, seconds);
}
