/*
 * Answers of a policy host: in pieces of whatever size they are the same, what
 * is taken from the head lies in it, and no body is larger than it may be.  The
 * first byte is the size of the pieces; its lowest bit says whether the
 * connection ends properly.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/span.h"
#include "probe/http_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(bool truth)
{
	if (!truth)
		abort();
}

static void
feed(struct http_answer *a, const char *text, size_t n, size_t piece,
    bool properly)
{
	size_t at, m;

	http_answer_init(a);
	for (at = 0; at < n; at += m) {
		m = n - at < piece ? n - at : piece;
		http_answer_feed(a, text + at, m);
	}
	http_answer_end(a, properly);
}

static void
require_within(struct span s, const struct buf *head)
{
	require(s.n == 0 || (s.p >= head->data && s.n <= head->len &&
				s.p + s.n <= head->data + head->len));
}

static void
check(const struct http_answer *a)
{
	require(a->state != HTTP_BEGUN);
	require(a->state != HTTP_BROKEN || a->broken != NULL);
	require(a->head.len <= HTTP_HEAD_MAX && a->body.len <= HTTP_BODY_MAX);
	require(
	    a->state != HTTP_WHOLE || (a->status >= 200 && a->status < 600));
	require_within(a->location, &a->head);
	require_within(a->media_type, &a->head);
	require_within(a->encoding, &a->head);
}

static bool
is_same(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *text = (const char *)data + 1;
	struct http_answer whole, pieces;

	if (n == 0)
		return 0;
	feed(&whole, text, n - 1, n, data[0] & 1);
	check(&whole);
	feed(&pieces, text, n - 1, 1U + data[0], data[0] & 1);
	check(&pieces);
	require(whole.state == pieces.state && whole.status == pieces.status);
	require(is_same(whole.location, pieces.location));
	require(is_same(whole.media_type, pieces.media_type));
	require(is_same(whole.encoding, pieces.encoding));
	require(whole.state != HTTP_WHOLE ||
		is_same(buf_span(&whole.body), buf_span(&pieces.body)));
	http_answer_free(&whole);
	http_answer_free(&pieces);
	return 0;
}
