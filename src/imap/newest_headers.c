#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"
#include "imap/fetch_answer.h"
#include "imap/imap.h"
#include "imap/newest_headers.h"
#include "imap/reply.h"
#include "imap/session.h"
#include "imap_text/guard.h"

enum {
	FIELDS_BYTES = 16 * 1024, /* of a mail, on the average at most */
	LINE_BYTES = 512,	  /* of an answer, literals apart */
	LINES_SLACK = 64 * 1024
};

bool
imap_head_of(const struct fetch_answer *a, struct imap_head *head)
{
	const struct span *fields = fetch_answer_section(a, "HEADER.FIELDS");

	if (a->uid == 0 || fields == NULL)
		return false;
	*head = (struct imap_head){
		.uid = a->uid, .fields = *fields, .size = a->size
	};
	head->has_date = fetch_answer_date(a, &head->date);
	return true;
}

int
imap_heads_ask(struct imap *im, const char *set, struct fault *f)
{
	char *text = xasprintf(
	    "FETCH %s (UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS "
	    "(Subject Content-Type TLS-Report-Domain TLS-Report-Submitter)])",
	    set);
	int rc = session_send(im, text, f);

	free(text);
	return rc;
}

/* By number, since nobody knows how many mails a range of UIDs holds. */
static int
ask(struct imap *im, size_t n, struct fault *f)
{
	uint32_t exists = im->reply.exists;
	char set[32];

	snprintf(set, sizeof set, "%" PRIu32 ":*",
	    exists > n ? exists - (uint32_t)n + 1 : 1);
	return imap_heads_ask(im, set, f);
}

static int
hear(struct imap *im, size_t n, imap_head_fn *fn, void *arg, struct fault *f)
{
	struct guard_limits limits = { .command = GUARD_FETCH,
		.literal_max = im->account->header_max,
		.literals = im->account->header_max + n * FIELDS_BYTES,
		.lines = LINES_SLACK + n * LINE_BYTES };
	struct fetch_reader reader = { .bytes.max = im->account->header_max +
						    GUARD_LINE };
	struct fetch_answer answer;
	struct imap_head head;
	struct fault refusal;
	size_t left = n;
	int rc;

	session_expect(im, &limits);
	while ((rc = fetch_next(im, &reader, &answer, f)) == 1) {
		if (left == 0 || !imap_head_of(&answer, &head))
			continue;
		fn(arg, &head);
		left--;
	}
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

int
imap_newest_heads(
    struct imap *im, size_t n, imap_head_fn *fn, void *arg, struct fault *f)
{
	if (im->reply.exists == 0 || n == 0)
		return 0;
	if (ask(im, n, f) == -1)
		return -1;
	return hear(im, n, fn, arg, f);
}
