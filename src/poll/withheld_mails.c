#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/span.h"
#include "imap_text/server_refusal.h"
#include "ingest/ingest.h"
#include "ledger/mailboxes.h"
#include "ledger/suspects.h"
#include "mime/mail_header.h"
#include "model/message.h"
#include "poll/poll_run.h"
#include "poll/withheld_mails.h"

static struct withheld_mail *
find(const struct withheld_mails *w, uint32_t uid)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (w->list[i].uid == uid)
			return &w->list[i];
	return NULL;
}

bool
withheld_was_tried(const struct withheld_mails *w, uint32_t uid)
{
	const struct withheld_mail *m = find(w, uid);

	return m != NULL && m->tried_alone;
}

void
withheld_add(
    struct withheld_mails *w, uint32_t uid, bool alone, const char *why)
{
	struct withheld_mail *m = find(w, uid);

	if (m == NULL) {
		if (w->n == w->room) {
			w->room = w->room > 0 ? w->room * 2 : 16;
			w->list =
			    xreallocarray(w->list, w->room, sizeof *w->list);
		}
		m = &w->list[w->n++];
		*m = (struct withheld_mail){ .uid = uid };
	}
	m->tried_alone |= alone;
	snprintf(m->why, sizeof m->why, "%s", why);
}

void
withheld_remove(struct withheld_mails *w, uint32_t uid)
{
	struct withheld_mail *m = find(w, uid);

	if (m != NULL)
		*m = w->list[--w->n];
}

/* A mail that came by SMTP has such a field (RFC 5321 §4.4). */
static bool
has_received(struct span mail)
{
	size_t n;

	for (; mail.n > 0 && mail.p[0] != '\r' && mail.p[0] != '\n';
	     mail = span_skip(mail, n + 1)) {
		if (span_begins_nocase(mail, "Received:"))
			return true;
		n = span_find(mail, "\n");
	}
	return false;
}

bool
withheld_is_substitute(struct span mail)
{
	static const char subject[] = "Retrieval using the IMAP4 protocol "
				      "failed for the following message";
	struct arena mem = { 0 };
	struct mail_head head;
	bool is;

	/* most mails are known at once not to be one */
	if (span_find(mail, "IMAP4 protocol") == mail.n || has_received(mail))
		return false;
	head_text_of_mail(mail, &mem, &head);
	is = span_begins_nocase(span_of(head.subject), subject) &&
	     strstr(head.from, "Microsoft Exchange") != NULL;
	arena_free(&mem);
	return is;
}

/*
 * Whether this run counts against a mail: the server handed out others; or
 * there was no other to ask for, and it does not say that its trouble passes.
 */
static bool
counts(const struct withheld_mails *w, const struct withheld_mail *m)
{
	enum refusal reason = refusal_of(m->why);

	return w->served ||
	       (w->n == 1 && m->tried_alone && reason != REFUSAL_LATER &&
		   reason != REFUSAL_TROUBLE);
}

static int
set_aside(struct poll_run *run, const char *source,
    const struct store_mailbox *mb, const struct withheld_mail *w,
    struct fault *f)
{
	struct message m = { .source = source,
		.mailbox = mb->id,
		.uidvalidity = mb->uidvalidity,
		.uid = w->uid,
		.not_handed_out = w->why,
		.was_suspect = true };
	struct ingest_verdict verdict;

	if (ingest_message(run->ingest, &m, &verdict, f) == -1)
		return -1;
	return ingest_commit(run->ingest, f);
}

/* The number of failed runs of a mail, this one included. */
static unsigned
runs_of(const struct store_suspect *list, size_t n, uint32_t uid)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i].uid == uid)
			return list[i].runs;
	return 0;
}

static int
note_all(const struct withheld_mails *w, struct poll_run *run,
    const struct store_mailbox *mb, struct fault *f)
{
	size_t i;

	for (i = 0; i < w->n; i++)
		if (store_note_suspect(run->store, mb, w->list[i].uid,
			counts(w, &w->list[i]), w->list[i].why, f) == -1)
			return -1;
	return 0;
}

/* "UID 12 is not handed out: ..." */
static void
tell(const struct withheld_mail *m, size_t more, struct fault *f)
{
	char others[40] = "";

	if (more > 0)
		snprintf(others, sizeof others, " and %zu more", more);
	fault(f, FAULT_SESSION, EX_TEMPFAIL,
	    "imap: the server does not hand out UID %" PRIu32 "%s: %.300s; "
	    "the next run asks again",
	    m->uid, others, m->why);
}

int
withheld_settle(struct withheld_mails *w, struct poll_run *run,
    const char *source, const struct store_mailbox *mb, struct fault *f)
{
	const struct withheld_mail *first = NULL;
	struct store_suspect *suspects;
	struct arena mem = { 0 };
	size_t i, n, left = 0;
	int rc = -1;

	if (!run->dry_run && (note_all(w, run, mb, f) == -1 ||
				 store_read_suspects(run->store, mb, &mem,
				     &suspects, &n, f) == -1))
		goto out;
	for (i = 0; i < w->n; i++) {
		if (!run->dry_run &&
		    runs_of(suspects, n, w->list[i].uid) >= WITHHELD_RUNS) {
			if (set_aside(run, source, mb, &w->list[i], f) == -1)
				goto out;
			continue;
		}
		if (left++ == 0)
			first = &w->list[i];
	}
	if (first != NULL)
		tell(first, left - 1, f);
	rc = (int)left;
out:
	arena_free(&mem);
	return rc;
}

void
withheld_free(struct withheld_mails *w)
{
	free(w->list);
}
