#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "base/timing.h"
#include "ingest/batch.h"
#include "ingest/store_batch.h"
#include "store/action_journal.h"
#include "store/mailboxes.h"
#include "store/messages.h"
#include "store/rejects.h"
#include "store/reports.h"

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
store_reject(struct recorder *rec, int64_t message, const struct judged *j,
    const struct outcome *o, struct tally *t, struct fault *f)
{
	uint64_t limit = rec->quarantine_max;
	struct store_rejected done;
	char who[512];

	if (store_add_reject(
		rec->store, message, &o->reject, limit, &done, f) == -1)
		return -1;
	rec->counts.rejected++;
	t->rejected = true;
	t->lost |= !done.kept;
	if (!done.kept && !rec->quarantine_full) {
		rec->quarantine_full = true;
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
store_report(struct recorder *rec, int64_t message, const struct judged *j,
    const struct outcome *o, struct tally *t, struct fault *f)
{
	const struct report *r = o->report;
	struct store_added added;
	char who[512];

	if (store_add_report(rec->store, message, r, o->raw, &added, f) == -1)
		return -1;
	switch (added.outcome) {
	case STORE_IMPORTED:
		rec->counts.imported++;
		t->imported = true;
		break;
	case STORE_DUPLICATE:
		rec->counts.duplicate++;
		t->repeated_conflict |= added.of_conflict;
		return 0;
	case STORE_CONFLICT:
		rec->counts.conflict++;
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
		rec->counts.warnings++;
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
note_action(struct recorder *rec, const struct batch *b,
    const struct message *m, const struct tally *t, struct fault *f)
{
	const char *action = t->rejected || t->conflict || t->repeated_conflict
				 ? b->after_reject
				 : b->after_import;

	if (m->mailbox == 0 || action[0] == '\0' || t->lost || m->too_large ||
	    m->unreadable)
		return 0;
	return store_add_action(
	    rec->store, m->mailbox, m->uidvalidity, m->uid, action, f);
}

static int
record(struct recorder *rec, const struct batch *b, const struct judged *j,
    struct fault *f)
{
	struct tally tally = { 0 };
	const struct outcome *o;
	int64_t id;

	if (store_add_message(rec->store, &j->message, &j->head, &id, f) == -1)
		return -1;
	for (o = j->outcomes; o != NULL; o = o->next) {
		rec->counts.reports++;
		if ((o->report == NULL
			    ? store_reject(rec, id, j, o, &tally, f)
			    : store_report(rec, id, j, o, &tally, f)) == -1)
			return -1;
	}
	rec->counts.messages++;
	rec->counts.bytes += j->message.size;
	rec->counts.no_report += j->outcomes == NULL;
	if (j->outcomes != NULL &&
	    note_action(rec, b, &j->message, &tally, f) == -1)
		return -1;
	if ((tally.conflict || tally.repeated_conflict) &&
	    store_keep_message(rec->store, id, f) == -1)
		return -1;
	return store_message_verdict(
	    rec->store, id, verdict_of(&tally, j->outcomes != NULL), f);
}

static int
record_all(struct recorder *rec, const struct batch *b, struct fault *f)
{
	const struct judged *j;

	for (j = b->first; j != NULL; j = j->next)
		if (record(rec, b, j, f) == -1)
			return -1;
	return b->has_cursor ? store_set_cursor(rec->store, &b->cursor, f) : 0;
}

int
record_batch(struct recorder *rec, const struct batch *b, struct fault *f)
{
	struct ingest_counts before = rec->counts;
	double began = timing_now();
	int rc = -1;

	if (store_begin(rec->store, f) == 0 && record_all(rec, b, f) == 0 &&
	    store_commit(rec->store, f) == 0)
		rc = 0;
	if (rc == -1) {
		store_rollback(rec->store);
		rec->counts = before;
	}
	rec->seconds += timing_now() - began;
	return rc;
}
