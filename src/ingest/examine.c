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
#include "ingest/exam.h"
#include "ingest/examine.h"
#include "ingest/file_kind.h"
#include "ingest/judge_voucher.h"
#include "ingest/mail_voucher.h"
#include "ingest/part_share.h"
#include "mime/candidates.h"
#include "mime/mail_header.h"
#include "mime/mime.h"
#include "mime/part_body.h"
#include "mime/transfer_encoding.h"
#include "model/message.h"
#include "model/tls_report.h"
#include "report/amplification.h"
#include "report/mail_comparison.h"
#include "report/report.h"
#include "unpack/unpack.h"

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

static int
hand_over_refused(struct exam *e, struct candidate *c, struct fault *f)
{
	judge_unreadable(e, c);
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
