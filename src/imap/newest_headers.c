#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/fault.h"
#include "imap/arrival.h"
#include "imap/session.h"

enum {
	FIELDS_BYTES = 16 * 1024, /* of a mail, on the average at most */
	LINE_BYTES = 512,	  /* of an answer, literals apart */
	LINES_SLACK = 64 * 1024
};

struct heads {
	imap_head_fn *fn;
	void *arg;
	size_t left;
	struct buf text;
};

static bool
on_literal(void *arg, const struct mailimap_msg_att_body_section *section,
    struct span bytes)
{
	struct heads *h = arg;

	/* what is over the bound is left out: a report's fields are short */
	if (arrival_is_section(section, ARRIVAL_FIELDS))
		(void)buf_append(&h->text, bytes.p, bytes.n);
	return true;
}

static void
on_message(void *arg, const struct mailimap_msg_att *att)
{
	struct arrival a = arrival_read(att, ARRIVAL_FIELDS);
	struct heads *h = arg;
	struct imap_head head = { .uid = a.uid,
		.fields = buf_span(&h->text),
		.has_date = a.has_date,
		.date = a.date };

	if (a.has_uid && !a.odd && a.has_body && h->left > 0) {
		h->left--;
		h->fn(h->arg, &head);
	}
	buf_reset(&h->text);
}

/* By number, since nobody knows how many mails a range of UIDs holds. */
static int
fetch(struct imap *im, uint32_t first, size_t n, struct fault *f)
{
	struct guard_limits limits = { .command = GUARD_FETCH,
		.literal_max = im->account->header_max,
		.literals = im->account->header_max + n * FIELDS_BYTES,
		.lines = LINES_SLACK + n * LINE_BYTES };
	struct fault refusal;
	char text[200];

	snprintf(text, sizeof text,
	    "FETCH %" PRIu32 ":* (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS "
	    "(Subject Content-Type TLS-Report-Domain TLS-Report-Submitter)])",
	    first);
	if (session_send(im, text, f) == -1)
		return -1;
	if (session_hear_fetch(im, &limits, &refusal) == 0)
		return 0;
	/* a NO concerns single mails that the server cannot read */
	if (!im->broken && im->reply.status == REPLY_NO &&
	    refusal.status == EX_PROTOCOL)
		return 0;
	*f = refusal;
	return -1;
}

int
imap_newest_heads(
    struct imap *im, size_t n, imap_head_fn *fn, void *arg, struct fault *f)
{
	struct heads h = { .fn = fn, .arg = arg, .left = n };
	struct session_listener listener = { on_message, on_literal, &h };
	uint32_t exists = im->reply.exists;
	int rc;

	if (exists == 0 || n == 0)
		return 0;
	h.text.max = FIELDS_BYTES;
	im->listener = &listener;
	rc = fetch(im, exists > n ? exists - (uint32_t)n + 1 : 1, n, f);
	im->listener = NULL;
	buf_free(&h.text);
	return rc;
}
