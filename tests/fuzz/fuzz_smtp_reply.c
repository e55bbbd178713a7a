/*
 * Replies of an SMTP server: in pieces of whatever size they are the same, and
 * none is larger than it may be.  The first byte is the size of the pieces.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/smtp_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(bool truth)
{
	if (!truth)
		abort();
}

static size_t
feed(struct smtp_reply *r, const char *text, size_t n, size_t piece)
{
	size_t at = 0, taken, m;

	memset(r, 0, sizeof *r);
	while (at < n && r->state == REPLY_BEGUN) {
		m = n - at < piece ? n - at : piece;
		taken = smtp_reply_feed(r, text + at, m);
		require(taken <= m);
		require(taken == m || r->state != REPLY_BEGUN);
		at += taken;
	}
	return at;
}

static void
check(const struct smtp_reply *r)
{
	require(memchr(r->said, '\0', sizeof r->said) != NULL);
	require(memchr(r->hidden, '\0', sizeof r->hidden) != NULL);
	require(r->lines <= SMTP_LINES_MAX && r->n <= SMTP_LINE_MAX + 1);
	require(r->state != REPLY_WHOLE || (r->code >= 200 && r->code < 600));
	require(r->state != REPLY_BROKEN || r->broken != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *text = (const char *)data + 1;
	struct smtp_reply whole, pieces;
	size_t taken;

	if (n == 0)
		return 0;
	taken = feed(&whole, text, n - 1, n);
	check(&whole);
	require(feed(&pieces, text, n - 1, 1U + data[0]) == taken);
	check(&pieces);
	require(whole.state == pieces.state && whole.code == pieces.code);
	require(whole.lines == pieces.lines);
	require(whole.starttls == pieces.starttls);
	require(strcmp(whole.said, pieces.said) == 0);
	require(strcmp(whole.hidden, pieces.hidden) == 0);
	return 0;
}
