#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"
#include "imap/fetch_answer.h"
#include "imap/guard.h"
#include "imap/imap.h"
#include "imap/newest_headers.h"
#include "imap/reply.h"
#include "imap/session.h"

enum {
	FIELDS_BYTES = 16 * 1024, /* of a mail, on the average at most */
	LINE_BYTES = 512,	  /* of an answer, literals apart */
	LINES_SLACK = 64 * 1024
};

/* Those of a FETCH, when they are all there. */
static bool
take_head(const struct fetch_answer *a, imap_head_fn *fn, void *arg)
{
	const struct span *fields = fetch_answer_section(a, "HEADER.FIELDS");
	struct imap_head head = { .uid = a->uid };

	if (a->uid == 0 || fields == NULL)
		return false;
	head.fields = *fields;
	head.has_date = fetch_answer_date(a, &head.date);
	fn(arg, &head);
	return true;
}

/* By number, since nobody knows how many mails a range of UIDs holds. */
static int
ask(struct imap *im, uint32_t first, size_t n, struct fault *f)
{
	struct guard_limits limits = { .command = GUARD_FETCH,
		.literal_max = im->account->header_max,
		.literals = im->account->header_max + n * FIELDS_BYTES,
		.lines = LINES_SLACK + n * LINE_BYTES };
	char text[200];

	snprintf(text, sizeof text,
	    "FETCH %" PRIu32 ":* (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS "
	    "(Subject Content-Type TLS-Report-Domain TLS-Report-Submitter)])",
	    first);
	if (session_send(im, text, f) == -1)
		return -1;
	session_expect(im, &limits);
	return 0;
}

int
imap_newest_heads(
    struct imap *im, size_t n, imap_head_fn *fn, void *arg, struct fault *f)
{
	struct fetch_reader reader = { .bytes.max = im->account->header_max +
						    GUARD_LINE };
	uint32_t exists = im->reply.exists;
	struct fetch_answer answer;
	struct fault refusal;
	size_t left = n;
	int rc;

	if (exists == 0 || n == 0)
		return 0;
	if (ask(im, exists > n ? exists - (uint32_t)n + 1 : 1, n, f) == -1)
		return -1;
	while ((rc = fetch_next(im, &reader, &answer, f)) == 1)
		if (left > 0 && take_head(&answer, fn, arg))
			left--;
	buf_free(&reader.bytes);
	if (rc == -1 ||
	    session_end(im, EX_PROTOCOL, "FETCH refused", &refusal) == 0)
		return rc;
	/* a NO concerns single mails that the server cannot read */
	if (!im->broken && im->reply.status == REPLY_NO &&
	    refusal.status == EX_PROTOCOL)
		return 0;
	*f = refusal;
	return -1;
}
