#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/folder.h"
#include "base/span.h"
#include "base/timing.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "dkim/verdict.h"
#include "ingest/examine.h"
#include "ingest/file_kind.h"
#include "ingest/part_share.h"
#include "ingest/vouch.h"
#include "mime/candidates.h"
#include "mime/mail_header.h"
#include "mime/mime.h"
#include "mime/part_body.h"
#include "mime/transfer_encoding.h"
#include "model/message.h"
#include "model/tls_report.h"
#include "model/vouching.h"
#include "report/amplification.h"
#include "report/mail_comparison.h"
#include "report/report.h"
#include "unpack/unpack.h"

enum {
	WARNINGS_TEXT = 4096 /* room for the names of all codes */
};

struct examiner {
	struct examine_settings settings;
	struct buf decoded; /* a part, its transfer encoding undone */
	struct buf text;    /* a report, unpacked */
	struct report_parser *parser;
	struct voucher *voucher;	 /* NULL without a resolver */
	const struct vouching *vouching; /* of the mails from now on */
	struct findings findings;	 /* about the present candidate */
	struct findings choosing; /* why its part was chosen; merged into the
				     findings of each report in it */
};

/* The examination of one message. */
struct exam {
	struct examiner *ex;
	const struct message *message;
	struct arena *mail;	/* for what is said of the mail */
	struct arena *reports;	/* for the reports in it */
	struct mail_head *head; /* of the mail, or of the forwarded one */
	struct span around;	/* the mail around the part that is judged;
				   empty for a file that is none */
	bool refused;		/* the mail as a whole */
	bool mail_has_arrival;	/* of that mail */
	int64_t mail_arrival;
	bool has_arrival;
	int64_t arrival;
	/* what its reports may add to store and folder: all that are left, and
	 * those in the part that is judged */
	uint64_t left, share;
	examine_fn *fn;
	void *arg;
};

struct examiner *
examiner_new(const struct examine_settings *settings)
{
	struct examiner *ex = xcalloc(1, sizeof *ex);

	ex->settings = *settings;
	ex->decoded.max = settings->limits->message;
	ex->text.max = settings->limits->report;
	ex->parser = report_parser_new();
	if (settings->resolver != NULL)
		ex->voucher = voucher_new(settings->resolver,
		    &(struct old_keys){ settings->store, settings->claim_store,
			settings->claim_arg },
		    settings->limits->header);
	return ex;
}

void
examiner_free(struct examiner *ex)
{
	if (ex == NULL)
		return;
	buf_free(&ex->decoded);
	buf_free(&ex->text);
	report_parser_free(ex->parser);
	voucher_free(ex->voucher);
	free(ex);
}

void
examiner_set_timing(struct examiner *ex, struct timing *t)
{
	ex->settings.timing = t;
}

void
examiner_set_vouching(struct examiner *ex, const struct vouching *how)
{
	ex->vouching = how;
}

/* Hand the candidate to the caller. */
static int
hand_over(struct exam *e, struct candidate *c, struct fault *f)
{
	c->has_arrival = e->has_arrival;
	c->arrival = e->arrival;
	if (e->message->posted)
		c->signed_by = e->message->signed_by;
	else if (e->around.n > 0 && e->ex->voucher != NULL)
		c->signed_by = voucher_signed_by(e->ex->voucher);
	else
		c->signed_by = "";
	return e->fn(e->arg, c, f);
}

/* Sets only what counts: the struct is too large to be cleared each time. */
static void
forget_findings(struct findings *fs)
{
	fs->reject.code = CODE_NONE;
	fs->n = 0;
}

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

static void
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

/* What cannot be read now may be read by a later release, which then must know
 * who signed its mail. */
static int
hand_over_refused(struct exam *e, struct candidate *c, struct fault *f)
{
	if (is_judged(e) && e->around.n > 0 && c->verdict == NULL)
		reach_verdict(e, NULL);
	return hand_over(e, c, f);
}

/* Read the report; `domain` is what TLS-Report-Domain says, "" for nothing. */
static int
parse(struct exam *e, struct candidate *c, const char *domain, struct report *r)
{
	struct examiner *ex = e->ex;
	struct report_context context = {
		.limits = ex->settings.limits,
		.has_arrival = e->has_arrival,
		.arrival = e->arrival,
		.now = (int64_t)time(NULL),
		.report_domain = domain,
		.our_domains = ex->settings.our_domains,
		.n_our_domains = ex->settings.n_our_domains,
		.left = &e->share,
	};

	c->report = NULL;
	c->verdict = NULL;
	if (report_parse(ex->parser, c->text, &context, e->reports, r,
		&ex->findings) == -1)
		return -1;
	c->report = r;
	if (ex->settings.notes && e->head->from[0] != '\0')
		report_compare_mail(r, e->head, c->filename, &ex->findings);
	judge_voucher(e, c, r);
	return 0;
}

/* Whether the signature that vouches leaves TLS-Report-Domain open: anybody
 * who passed the mail on may have put it there. */
static bool
is_domain_open(const struct exam *e, const struct candidate *c)
{
	return e->head->report_domain[0] != '\0' && c->verdict != NULL &&
	       c->verdict->vouched == VOUCHED_BY_SIGNATURE &&
	       c->verdict->about->report_domain_open;
}

static int
judge_text(struct exam *e, struct candidate *c, struct fault *f)
{
	struct examiner *ex = e->ex;
	struct report *r = arena_alloc(e->reports, sizeof *r);
	enum room left = timing_enter(ex->settings.timing, ROOM_JSON);
	size_t found = ex->findings.n;
	uint64_t share = e->share;

	if (parse(e, c, e->head->report_domain, r) == 0 &&
	    is_domain_open(e, c)) {
		/* once more, as if it had not been read */
		ex->findings.n = found;
		e->share = share;
		parse(e, c, "", r);
	}
	timing_enter(ex->settings.timing, left);
	return c->report != NULL ? hand_over(e, c, f)
				 : hand_over_refused(e, c, f);
}

/* Each report in the bytes of an attachment or file. */
static int
judge_bytes(struct exam *e, struct candidate *c,
    const struct findings *choosing, struct fault *f)
{
	struct examiner *ex = e->ex;
	struct unpack *u = unpack_open(c->bytes, ex->settings.limits);
	enum room left = timing_enter(ex->settings.timing, ROOM_UNPACK);
	int got, rc = 0;

	do {
		forget_findings(&ex->findings);
		if (choosing != NULL)
			findings_merge(&ex->findings, choosing);
		buf_reset(&ex->text);
		got = unpack_next(u, &ex->text, &ex->findings);
		c->text = buf_span(&ex->text);
		c->is_gzip = unpack_is_gzip_file(u);
		c->report = NULL;
		c->verdict = NULL;
		c->deferred = false;
		if (got == 1)
			rc = judge_text(e, c, f);
		else if (got == -1)
			rc = hand_over_refused(e, c, f);
	} while (rc == 0 && got != 0 && !e->refused);
	unpack_close(u);
	timing_enter(ex->settings.timing, left);
	return rc;
}

static int
judge_part(struct exam *e, const struct mime_part *part,
    const struct findings *choosing, struct fault *f)
{
	struct findings *fs = &e->ex->findings;
	struct candidate c = { .filename = part->filename, .findings = fs };

	forget_findings(fs);
	buf_reset(&e->ex->decoded);
	if (part_body_decode(part->body, part->encoding, &e->ex->decoded,
		&c.bytes, fs) == -1) {
		c.bytes = part->body;
		return hand_over(e, &c, f);
	}
	return judge_bytes(e, &c, choosing, f);
}

/* The mail around a part; one that was forwarded has an arrival of its own. */
static void
enter_mail(struct exam *e, const struct mime_part *part)
{
	struct head head;

	e->around = part->mail;
	e->mail_has_arrival = e->has_arrival;
	e->mail_arrival = e->arrival;
	if (!part->forwarded)
		return;
	head_read(part->around, &head);
	e->mail_has_arrival =
	    head.count[HEAD_RECEIVED] > 0 &&
	    head_arrival(head.value[HEAD_RECEIVED], &e->mail_arrival);
}

static int
judge_mail(struct exam *e, struct mail_head *head, struct fault *f)
{
	struct findings *fs = &e->ex->findings;
	struct findings *choosing = &e->ex->choosing;
	struct candidate whole = { .filename = "",
		.findings = fs,
		.bytes = e->message->bytes,
		.whole_mail = true };
	struct candidates found = { 0 };
	size_t i;

	forget_findings(fs);
	if (candidates_find(e->message->bytes, e->ex->settings.limits, e->mail,
		&found, fs) == -1) {
		*head = found.head;
		return hand_over(e, &whole, f);
	}
	*head = found.head;
	if (!e->has_arrival)
		e->has_arrival = head_arrival(found.received, &e->arrival);
	for (i = 0; i < found.n && !e->refused; i++) {
		e->head = &found.head_of[i];
		enter_mail(e, &found.part[i]);
		e->left += e->share;
		e->share = part_share(&found, i, e->left);
		e->left -= e->share;
		forget_findings(choosing);
		candidates_judge(&found, i, choosing);
		if (judge_part(e, &found.part[i], choosing, f) == -1)
			return -1;
	}
	return 0;
}

/* Judge a file that is no mail: it may be a report itself, packed or not. */
static int
judge_file(struct exam *e, struct mail_head *head, struct fault *f)
{
	struct span bytes = e->message->bytes;
	struct candidate c = { .filename = path_name(e->message->source),
		.bytes = bytes,
		.findings = &e->ex->findings };

	e->head = head;
	if (!is_report_file(e->message, span_of(c.filename),
		e->ex->settings.limits->reports))
		return 0;
	return judge_bytes(e, &c, NULL, f);
}

/* Judge an attachment that quarantine kept without its mail, or a POST. */
static int
judge_attachment(struct exam *e, struct mail_head *head, struct fault *f)
{
	const struct message *m = e->message;
	struct candidate c = { .filename = m->filename,
		.bytes = m->bytes,
		.findings = &e->ex->findings };
	struct mime_part encoded = { .body = m->bytes,
		.filename = m->filename };

	*head = *m->attachment_of;
	e->head = head;
	if (m->encoding == NULL)
		return judge_bytes(e, &c, NULL, f);
	encoded.encoding =
	    strcmp(m->encoding, "uuencode") == 0 ? MIME_UUENCODE : MIME_BASE64;
	return judge_part(e, &encoded, NULL, f);
}

/* Refuse a mail of which only the header block, or nothing, was fetched. */
static int
judge_absent(struct exam *e, struct mail_head *head, struct fault *f)
{
	struct findings *fs = &e->ex->findings;
	struct candidate whole = { .filename = "",
		.findings = fs,
		.bytes = e->message->bytes,
		.whole_mail = true };

	head_text_of_mail(e->message->bytes, e->mail, head);
	forget_findings(fs);
	if (e->message->not_handed_out != NULL)
		findings_reject(
		    fs, CODE_NOT_HANDED_OUT, "%s", e->message->not_handed_out);
	else
		findings_reject(fs, CODE_MESSAGE_TOO_LARGE, "%llu bytes",
		    (unsigned long long)e->message->size);
	return hand_over(e, &whole, f);
}

int
examine(struct examiner *ex, const struct message *m, struct arena *mail,
    struct arena *reports, struct mail_head *head, examine_fn *fn, void *arg,
    struct fault *f)
{
	struct exam e = { .ex = ex,
		.message = m,
		.mail = mail,
		.reports = reports,
		.has_arrival = m->has_arrival,
		.arrival = m->arrival,
		.share = amplification_budget(m->size),
		.fn = fn,
		.arg = arg };
	enum room left = timing_enter(ex->settings.timing, ROOM_MIME);
	int rc;

	*head = mail_head_empty;
	if (ex->voucher != NULL)
		voucher_forget(ex->voucher);
	if (m->ruled_out) {
		head_text_of_mail(m->bytes, mail, head);
		rc = 0;
	} else if (m->too_large || m->not_handed_out != NULL)
		rc = judge_absent(&e, head, f);
	else if (m->attachment_of != NULL)
		rc = judge_attachment(&e, head, f);
	else if (m->mailbox != 0 || m->is_mail || is_mail_file(m->bytes))
		rc = judge_mail(&e, head, f);
	else
		rc = judge_file(&e, head, f);
	timing_enter(ex->settings.timing, left);
	return rc;
}
