#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "dkim/verdict.h"
#include "ingest/exam.h"
#include "ingest/examine.h"
#include "ingest/judge_voucher.h"
#include "ingest/mail_voucher.h"
#include "model/message.h"
#include "model/tls_report.h"
#include "model/vouching.h"

enum {
	WARNINGS_TEXT = 4096 /* room for the names of all codes */
};

/* Add to a report what was found after it was read. */
static void
add_warnings(struct exam *e, struct report *r)
{
	char names[WARNINGS_TEXT];

	findings_names(&e->ex->findings, CLASS_WARN, names, sizeof names);
	r->warnings = arena_strdup(e->reports, names);
}

/* Whether a report that nobody vouches for is refused. */
static bool
is_required(const struct exam *e)
{
	const struct vouching *how = e->ex->vouching;

	return how != NULL && how->mode == DKIM_REQUIRE &&
	       (!e->has_arrival || e->arrival >= how->required_since);
}

static bool
is_judged(const struct exam *e)
{
	const struct examiner *ex = e->ex;

	return ex->voucher != NULL && ex->vouching != NULL &&
	       ex->vouching->mode != DKIM_OFF;
}

/* The verdict on a report, or with NULL on whoever sent the mail. */
static const struct verdict *
reach_verdict(struct exam *e, const struct report *r)
{
	struct vouched_mail mail = { e->around, e->head, e->mail_has_arrival,
		e->mail_arrival };

	return voucher_judge(e->ex->voucher, e->ex->vouching, &mail, r);
}

/* The mail as a whole is refused, and no part of it is looked at any more. */
static void
refuse_mail(
    struct exam *e, struct candidate *c, enum code code, const char *place)
{
	c->report = NULL;
	c->whole_mail = true;
	c->bytes = e->message->bytes;
	e->refused = true;
	findings_reject(&e->ex->findings, code, "%s", place);
}

/* Who vouches for a report in a mail, by its signatures. */
static void
judge_signatures(struct exam *e, struct candidate *c, struct report *r)
{
	struct findings *fs = &e->ex->findings;
	const struct verdict *v = reach_verdict(e, r);
	char place[VERDICT_PLACE];

	c->verdict = v;
	r->dkim = verdict_name(v);
	if (v->about != NULL) {
		r->dkim_domain = arena_strdup(e->reports, v->about->domain);
		r->dkim_selector = arena_strdup(e->reports, v->about->selector);
	}
	verdict_place(v, place);
	if (v->vouched == VOUCHED_LATER && is_required(e)) {
		c->report = NULL;
		c->deferred = true;
	} else if (v->vouched == VOUCHED_BY_NOBODY && is_required(e))
		refuse_mail(e, c, v->code, place);
	else if (v->vouched == VOUCHED_BY_NOBODY && !e->ex->settings.notes)
		/* `show` says it in words of its own */
		findings_add(fs, CODE_UNAUTHENTICATED, "%s", place);
	verdict_warn(v, fs);
}

/* Who vouches for a report in an attachment whose mail was judged before. */
static void
judge_signed_by(struct exam *e, struct candidate *c, struct report *r)
{
	const struct vouching *how = e->ex->vouching;
	const char *signer = signed_by_aligned(e->message->signed_by,
	    r->reporter_domain, how->signers, how->n_signers, e->reports);

	if (signer != NULL) {
		r->dkim = "pass";
		r->dkim_domain = signer;
	} else if (is_required(e)) {
		c->report = NULL;
		findings_reject(&e->ex->findings, CODE_DKIM_MISSING,
		    "no valid signature of its mail is known");
	}
}

/* Who vouches for a report that was POSTed: the host that sent it, or nobody.
 */
static void
judge_host(struct exam *e, struct candidate *c, struct report *r)
{
	const struct vouching *how = e->ex->vouching;
	const char *host = signed_by_aligned(e->message->signed_by,
	    r->reporter_domain, how != NULL ? how->signers : NULL,
	    how != NULL ? how->n_signers : 0, e->reports);

	r->dkim = host != NULL ? "host" : "https";
	if (host != NULL) {
		r->dkim_domain = host;
	} else if (is_required(e)) {
		c->report = NULL;
		findings_reject(&e->ex->findings, CODE_DKIM_MISSING,
		    "it came over HTTPS, where nobody signs");
	} else {
		findings_add(&e->ex->findings, CODE_UNAUTHENTICATED, "%s", "");
	}
}

void
judge_voucher(struct exam *e, struct candidate *c, struct report *r)
{
	r->dkim = r->dkim_domain = r->dkim_selector = "";
	if (e->ex->vouching != NULL && e->ex->vouching->decided != NULL) {
		r->dkim = e->ex->vouching->decided;
		findings_add(&e->ex->findings, CODE_UNAUTHENTICATED, "%s", "");
	} else if (e->message->posted)
		judge_host(e, c, r);
	else if (is_judged(e) && e->around.n > 0)
		judge_signatures(e, c, r);
	else if (is_judged(e) && e->message->signed_by != NULL)
		judge_signed_by(e, c, r);
	else
		return;
	add_warnings(e, r);
}

void
judge_unreadable(struct exam *e, const struct candidate *c)
{
	if (is_judged(e) && e->around.n > 0 && c->verdict == NULL)
		reach_verdict(e, NULL);
}
