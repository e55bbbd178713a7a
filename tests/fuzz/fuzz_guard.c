/*
 * The guard before libetpan: whatever a server sends, in pieces of whatever
 * size, verdict and lines are the same, and so is what passes when nothing was
 * refused; and what passes does not crash the parser.
 *
 * The first byte of the input selects the answer that is expected, the second
 * the size of the pieces; the rest is the server's.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <libetpan/libetpan.h>

#include "base/buf.h"
#include "base/fault.h"
#include "imap/server_line.h"
#include "imap/guard.h"

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
	bool broken; /* out of step with the parser: nothing is said any more */
	size_t lines;
	uint64_t hash; /* of the lines, and of what passed */
	struct buf passed;
	size_t taken;
};

static const struct guard_limits limits[] = { { .command = GUARD_GENERAL,
						  .lines = 65536 },
	{ .command = GUARD_NAMES, .lines = 65536, .literals = 65536 },
	{ .command = GUARD_FETCH,
	    .lines = 65536,
	    .literal_max = 4096,
	    .literals = 65536 },
	{ .command = GUARD_LOGIN, .lines = 65536 },
	{ .command = GUARD_FOLDERS, .lines = 65536, .literals = 65536 },
	{ .command = GUARD_PARTS,
	    .lines = 65536,
	    .literal_max = 4096,
	    .literals = 65536 } };

enum {
	LIMITS = sizeof limits / sizeof *limits
};

/* What names of folders are read from lies within the line. */
static void
read_folder(struct span line)
{
	enum answer kind = answer_kind(line);
	struct answer_folder folder;

	if ((kind != ANSWER_LIST && kind != ANSWER_XLIST) ||
	    !answer_is_sound(kind, line, false))
		return;
	answer_read_folder(line, &folder);
	if (folder.flags.p < line.p || folder.name.p < folder.flags.p ||
	    folder.name.n > (size_t)(line.p + line.n - folder.name.p) ||
	    folder.flags.n > (size_t)(folder.name.p - folder.flags.p))
		abort();
}

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
	if (memchr(line, '\0', n) != NULL)
		abort();
	hash(s, line, n);
	read_folder((struct span){ line, n });
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
	s->taken = 0;
	if (s->refused || n == 0)
		return false;
	rest = (struct span){ s->bytes, n };
	s->refused = guard_feed(&s->guard, &rest, &s->passed, &f) == -1;
	s->bytes += n - rest.n;
	s->n -= n - rest.n;
	return true;
}

static ssize_t
server_read(mailstream_low *low, void *buf, size_t n)
{
	struct server *s = low->data;

	while (s->taken == s->passed.len)
		if (!advance(s))
			return -1;
	if (n > s->passed.len - s->taken)
		n = s->passed.len - s->taken;
	memcpy(buf, s->passed.data + s->taken, n);
	s->taken += n;
	return (ssize_t)n;
}

static ssize_t
server_write(mailstream_low *low, const void *buf, size_t n)
{
	const struct server *s = low->data;

	(void)buf;
	return s->broken ? -1 : (ssize_t)n;
}

static int
server_close(mailstream_low *low)
{
	(void)low;
	return 0;
}

static void
server_free(mailstream_low *low)
{
	free(low);
}

static void
on_progress(size_t now, size_t all, void *arg)
{
	(void)now;
	(void)all;
	(void)arg;
}

static void
on_message(struct mailimap_msg_att *att, void *arg)
{
	(void)att;
	(void)arg;
}

static bool
on_body(int type, struct mailimap_msg_att_body_section *section,
    const char *bytes, size_t n, void *arg)
{
	(void)type;
	(void)section;
	(void)bytes;
	(void)arg;
	return n > 0;
}

/* Let the parser read what passes. */
static void
parse(struct server *s)
{
	static mailstream_low_driver driver = { .mailstream_read = server_read,
		.mailstream_write = server_write,
		.mailstream_close = server_close,
		.mailstream_free = server_free };
	mailimap *imap = mailimap_new(0, NULL);
	mailstream *stream =
	    mailstream_new(mailstream_low_new(s, &driver), BUFFER);
	int i;

	mailimap_set_progress_callback(imap, on_progress, on_progress, NULL);
	mailimap_set_msg_att_handler(imap, on_message, NULL);
	mailimap_set_msg_body_handler(imap, on_body, NULL);
	s->broken = mailimap_connect(imap, stream) >
		    MAILIMAP_NO_ERROR_NON_AUTHENTICATED;
	imap->imap_state = MAILIMAP_STATE_SELECTED;
	imap->imap_selection_info = mailimap_selection_info_new();
	for (i = 0;
	     i < 3 && !s->broken && (s->n > 0 || stream->read_buffer_len > 0);
	     i++)
		if (mailimap_noop(imap) != MAILIMAP_NO_ERROR)
			s->broken = true;
	mailimap_free(imap);
}

/* The guard alone, to the end; where it refuses depends on nothing else. */
static void
look(struct server *s, struct buf *all)
{
	while (advance(s))
		buf_append(all, s->passed.data, s->passed.len);
	if (!s->refused) /* how far it came first depends on the pieces */
		hash(s, all->data, all->len);
	buf_free(&s->passed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf all = { .max = SIZE_MAX / 2 }, again = all;
	static struct server whole, pieces;

	if (n < 2)
		return 0;
	serve(&whole, data, n, BUFFER);
	look(&whole, &all);
	serve(&pieces, data, n, data[1] % 64U + 1);
	look(&pieces, &again);
	if (whole.refused != pieces.refused || whole.lines != pieces.lines ||
	    whole.hash != pieces.hash)
		abort();
	buf_free(&all);
	buf_free(&again);
	if (limits[data[0] % LIMITS].command == GUARD_LOGIN ||
	    limits[data[0] % LIMITS].command == GUARD_FOLDERS ||
	    limits[data[0] % LIMITS].command == GUARD_PARTS)
		return 0; /* there its parser is not used */
	serve(&pieces, data, n, data[1] % 64U + 1);
	parse(&pieces);
	buf_free(&pieces.passed);
	return 0;
}
