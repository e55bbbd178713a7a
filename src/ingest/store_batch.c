#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "base/log.h"
#include "ingest/batch.h"
#include "ingest/store_batch.h"
#include "ledger/action_journal.h"
#include "ledger/dkim_keys.h"
#include "ledger/mailboxes.h"
#include "ledger/suspects.h"
#include "model/report_copy.h"
#include "model/tls_report.h"
#include "store/messages.h"
#include "store/rejects.h"
#include "store/reports.h"
#include "store/store.h"
#include "upkeep/quarantine.h"

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

static void
say_full(struct storing *s)
{
	if (s->quarantine_full)
		return;
	s->quarantine_full = true;
	log_warn("quarantine: limits.quarantine is reached: of what is "
		 "rejected only the facts are kept; see `tlsrua "
		 "quarantine list`");
}

static int
store_reject(struct storing *s, struct judged *j, const struct outcome *o,
    struct fault *f)
{
	struct tally *t = &j->tally;
	uint64_t limit = s->quarantine_max;
	struct store_rejected done;
	char who[512];

	if (store_add_reject(s->store, j->id, &o->reject, limit, &done, f) ==
	    -1)
		return -1;
	s->counts.rejected++;
	t->rejected = true;
	t->lost |= !done.kept;
	if (!done.kept)
		say_full(s);
	if (done.added)
		log_warn("%s: rejected: %s%s%s; see `tlsrua quarantine show "
			 "%" PRId64 "`",
		    place(&j->message, who, sizeof who), o->reject.code,
		    o->reject.where[0] != '\0' ? ": " : "", o->reject.where,
		    done.id);
	return 0;
}

/* A mail that waits for DNS; one that is not kept is left alone on the server.
 */
static int
store_waiting(struct storing *s, struct judged *j, const struct outcome *o,
    struct fault *f)
{
	struct store_rejected done;

	if (store_add_reject(
		s->store, j->id, &o->reject, s->quarantine_max, &done, f) == -1)
		return -1;
	s->counts.waiting++;
	j->tally.waits = true;
	j->tally.lost |= !done.kept;
	if (!done.kept)
		say_full(s);
	return 0;
}

/* Two copies contradict each other: say which one counts, and why. */
static void
say_conflict(const struct judged *j, const struct report *r,
    const struct store_added *added)
{
	static const char *const why[] = {
		[COPY_DECIDED] = "somebody accepted it",
		[COPY_VOUCHED] = "it is better vouched for",
		[COPY_ARRIVAL] = "it arrived first",
		[COPY_CONTENT] = "its digest is smaller",
	};
	char who[512];

	log_warn("%s: report-id-conflict: %s of %s %s, since %s; see `tlsrua "
		 "quarantine show %" PRId64 "`",
	    place(&j->message, who, sizeof who), r->report_id, r->organization,
	    added->displaced
		? "counts in place of a stored copy with other content"
		: "is stored already with other content, and that counts",
	    added->is_pruned ? "the details of its day were pruned"
			     : why[added->why],
	    added->quarantined);
}

static int
store_report(struct storing *s, struct judged *j, const struct outcome *o,
    struct fault *f)
{
	struct tally *t = &j->tally;
	const struct report *r = o->report;
	struct store_added added;
	char who[512];

	if (store_add_report(s->store, j->id, r, o->raw, &added, f) == -1)
		return -1;
	switch (added.outcome) {
	case STORE_IMPORTED:
		s->counts.imported++;
		s->counts.unverified += !report_is_verified(r);
		t->imported = true;
		if (added.displaced)
			say_conflict(j, r, &added);
		break;
	case STORE_DUPLICATE:
		s->counts.duplicate++;
		t->repeated_conflict |= added.of_conflict;
		return 0;
	case STORE_CONFLICT:
		s->counts.conflict++;
		t->conflict = true;
		t->lost |= o->raw.n == 0;
		say_conflict(j, r, &added);
		return 0;
	}
	if (r->warnings[0] != '\0') {
		s->counts.warnings++;
		log_debug("%s: %s of %s: %s",
		    place(&j->message, who, sizeof who), r->report_id,
		    r->organization, r->warnings);
	}
	return 0;
}

/* The verdict of a mail is the gravest of its candidates. */
static const char *
verdict_of(const struct tally *t)
{
	return t->rejected   ? "rejected"
	       : t->conflict ? "conflict"
	       : t->deferred ? "deferred"
	       : t->imported ? "imported"
	       : t->any	     ? "duplicate"
			     : "no_report";
}

/* Note what the server shall do with the mail; it does it after the commit. */
static int
note_action(struct storing *s, const struct batch *b, const struct judged *j,
    struct fault *f)
{
	const struct message *m = &j->message;
	const struct tally *t = &j->tally;
	const char *action = t->rejected || t->conflict || t->repeated_conflict
				 ? b->after_reject
				 : b->after_import;

	if (m->mailbox == 0 || action[0] == '\0' || t->lost || t->deferred ||
	    m->too_large || m->not_handed_out != NULL)
		return 0;
	return store_add_action(
	    s->store, m->mailbox, m->uidvalidity, m->uid, action, f);
}

static int
store_outcome(struct storing *s, struct judged *j, const struct outcome *o,
    struct fault *f)
{
	if (o->waits)
		return store_waiting(s, j, o, f);
	s->counts.reports++;
	j->tally.any = true;
	if (o->deferred) {
		s->counts.deferred++;
		j->tally.deferred = true;
		return 0;
	}
	return o->report == NULL ? store_reject(s, j, o, f)
				 : store_report(s, j, o, f);
}

/* Store the outcomes of a message that there are so far. */
static int
store_outcomes(struct storing *s, struct judged *j, struct fault *f)
{
	const struct outcome *o;

	if (j->id == 0 &&
	    store_add_message(s->store, &j->message, &j->head, &j->id, f) == -1)
		return -1;
	for (o = j->outcomes; o != NULL; o = o->next)
		if (store_outcome(s, j, o, f) == -1)
			return -1;
	return 0;
}

/* A mail that waited for DNS leaves quarantine, unless it goes on waiting, or
 * was refused and has its new reason there. */
static int
settle(struct storing *s, const struct judged *j, struct fault *f)
{
	const struct tally *t = &j->tally;

	if (j->message.waiting == 0 || t->waits || t->deferred || t->rejected)
		return 0;
	return store_quarantine_settle(s->store, j->message.waiting, f);
}

/* All outcomes of a message are stored: store what follows from them. */
static int
store_verdict(struct storing *s, const struct batch *b, const struct judged *j,
    struct fault *f)
{
	const struct tally *t = &j->tally;

	s->counts.messages++;
	s->counts.bytes += j->message.size;
	s->counts.no_report += !t->any;
	if (t->any && note_action(s, b, j, f) == -1)
		return -1;
	if (settle(s, j, f) == -1)
		return -1;
	if (j->message.was_suspect &&
	    store_drop_suspect(s->store, j->message.mailbox,
		j->message.uidvalidity, j->message.uid,
		j->message.not_handed_out == NULL, f) == -1)
		return -1;
	if ((t->conflict || t->repeated_conflict) &&
	    store_keep_message(s->store, j->id, f) == -1)
		return -1;
	return store_message_verdict(s->store, j->id, verdict_of(t), f);
}

int
store_batch_begin(struct storing *s, struct fault *f)
{
	if (s->in_transaction)
		return 0;
	if (store_begin(s->store, f) == -1)
		return -1;
	s->in_transaction = true;
	s->committed = s->counts;
	return 0;
}

/* `complete`: no outcome of the last message is still to come. */
static int
store_messages(
    struct storing *s, const struct batch *b, bool complete, struct fault *f)
{
	struct judged *j;

	if (store_batch_begin(s, f) == -1)
		return -1;
	for (j = b->first; j != NULL; j = j->next) {
		if (store_outcomes(s, j, f) == -1)
			return -1;
		if ((complete || j->next != NULL) &&
		    store_verdict(s, b, j, f) == -1)
			return -1;
	}
	return 0;
}

void
store_batch_abandon(struct storing *s)
{
	if (!s->in_transaction)
		return;
	store_rollback(s->store);
	s->in_transaction = false;
	s->counts = s->committed;
}

int
store_batch_so_far(struct storing *s, struct batch *b, struct fault *f)
{
	if (store_messages(s, b, false, f) == 0)
		return 0;
	store_batch_abandon(s);
	return -1;
}

/* Remember what DNS said, with the mails that it vouched for. */
static int
store_keys(struct storing *s, const struct batch *b, struct fault *f)
{
	const struct batch_key *k;
	int64_t now = (int64_t)time(NULL);

	for (k = b->keys; k != NULL; k = k->next)
		if (store_note_dkim_key(s->store, k->name, k->record, now, f) ==
		    -1)
			return -1;
	return 0;
}

int
store_batch(struct storing *s, const struct batch *b, struct fault *f)
{
	if (store_messages(s, b, true, f) == 0 && store_keys(s, b, f) == 0 &&
	    (!b->has_cursor ||
		store_set_cursor(s->store, &b->cursor, f) == 0) &&
	    store_commit(s->store, f) == 0) {
		s->in_transaction = false;
		return 0;
	}
	store_batch_abandon(s);
	return -1;
}
