/*
 * The guard before all that reads answers of a server: whatever it sends, in
 * pieces of whatever size, verdict and lines are the same, and so is what
 * passes when nothing was refused.
 *
 * The first byte of the input selects the answer that is expected, the second
 * the size of the pieces; the rest is the server's.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "imap_text/guard.h"
#include "imap_text/server_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum {
	BUFFER = 512
};

/* A server that has said all it will say. */
struct server {
	struct guard guard;
	const char *bytes;
	size_t n, piece;
	bool refused;
	size_t lines;
	uint64_t hash; /* of the lines, and of what passed */
	struct buf passed;
};

static const struct guard_limits limits[] = { { .command = GUARD_GENERAL,
						  .lines = 65536 },
	{ .command = GUARD_FETCH,
	    .lines = 65536,
	    .literal_max = 4096,
	    .literals = 65536 },
	{ .command = GUARD_LOGIN, .lines = 65536 },
	{ .command = GUARD_FOLDERS, .lines = 65536 } };

enum {
	LIMITS = sizeof limits / sizeof *limits
};

static void
hash(struct server *s, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		s->hash = s->hash * 31 + (unsigned char)p[i];
}

static int
on_line(void *arg, const char *line, size_t n, struct fault *f)
{
	struct server *s = arg;

	(void)f;
	s->lines++;
	if (n > GUARD_LINE || memchr(line, '\0', n) != NULL)
		abort();
	hash(s, line, n);
	return 0;
}

static void
serve(struct server *s, const uint8_t *data, size_t n, size_t piece)
{
	memset(s, 0, sizeof *s);
	s->bytes = (const char *)data + 2;
	s->n = n - 2;
	s->piece = piece;
	s->passed.max = 2 * BUFFER + GUARD_LINE;
	guard_init(&s->guard, on_line, s);
	guard_expect(&s->guard, &limits[data[0] % LIMITS]);
}

/* The next piece through the guard; false at the end. */
static bool
advance(struct server *s)
{
	struct fault f;
	struct span rest;
	size_t n = s->n < s->piece ? s->n : s->piece;

	buf_reset(&s->passed);
	if (s->refused || n == 0)
		return false;
	rest = (struct span){ s->bytes, n };
	s->refused = guard_feed(&s->guard, &rest, &s->passed, &f) == -1;
	s->bytes += n - rest.n;
	s->n -= n - rest.n;
	return true;
}

/* To the end; where it is refused depends on nothing but the bytes. */
static void
look(struct server *s)
{
	struct buf all = { .max = SIZE_MAX / 2 };

	while (advance(s))
		buf_append(&all, s->passed.data, s->passed.len);
	if (!s->refused) /* how far it came first depends on the pieces */
		hash(s, all.data, all.len);
	buf_free(&all);
	buf_free(&s->passed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct server whole, pieces;

	if (n < 2)
		return 0;
	serve(&whole, data, n, BUFFER);
	look(&whole);
	serve(&pieces, data, n, data[1] % 64U + 1);
	look(&pieces);
	if (whole.refused != pieces.refused || whole.lines != pieces.lines ||
	    whole.hash != pieces.hash)
		abort();
	return 0;
}
