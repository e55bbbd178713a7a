#include <stdint.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"
#include "imap_text/guard.h"
#include "imap_text/server_line.h"
#include "imap_text/tokens.h"

enum {
	GREETING_MAX = 64 * 1024, /* all that may come before a command */
	ASIDE_MAX = 1024, /* bytes of literals in an answer beside FETCH */
	/* of an answer that is cut, so much of its end is kept at least, to see
	 * whether a literal follows */
	TAIL = 64,
	HEAD = GUARD_LINE - 2 * TAIL
};

static int
refuse(struct fault *f, const char *what, uint64_t number)
{
	return fault(f, FAULT_SESSION, EX_PROTOCOL,
	    "imap: the server's answer is refused: %s (%llu)", what,
	    (unsigned long long)number);
}

static void
pass(struct buf *out, const char *p, size_t n)
{
	if (buf_append(out, p, n) == -1)
		out_of_memory(); /* the caller's bound is wrong */
}

/* What has come of the answer since it was passed last, in its right place. */
static void
pass_text(struct guard *g, struct buf *out)
{
	size_t n = g->cut && g->n > HEAD ? HEAD : g->n;

	if (n > g->passed)
		pass(out, g->text + g->passed, n - g->passed);
	g->passed = g->n;
}

static struct span
last_line(const struct guard *g)
{
	return (struct span){ g->text + g->line, g->n - g->line };
}

/* Whether such a line was asked for. */
static bool
is_wanted(const struct guard *g, enum server_line kind)
{
	switch (kind) {
	case LINE_TAGGED:
		return true;
	case LINE_CONTINUE:
		return g->left.command == GUARD_LOGIN;
	case LINE_LIST:
		return g->left.command == GUARD_FOLDERS;
	case LINE_FETCH:
		return g->left.command == GUARD_FETCH;
	default:
		return false;
	}
}

/* The length of a literal counts against what may come. */
static int
charge_literal(struct guard *g, bool is_mail, uint64_t bytes, struct fault *f)
{
	uint64_t max = is_mail ? g->left.literal_max : ASIDE_MAX;
	uint64_t *left = is_mail ? &g->left.literals : &g->left.lines;

	if (bytes > max || g->literals > max - bytes)
		return refuse(f, "a literal too large, in bytes", bytes);
	if (bytes > *left)
		return refuse(f, "more mail than was asked for", bytes);
	*left -= bytes;
	g->literals += bytes;
	return 0;
}

/* Whether the literal that follows is a section, as in "BODY[]<0> {12}". */
static bool
is_section(struct span line)
{
	while (line.n > 0 && line.p[line.n - 1] != '{')
		line.n--;
	while (line.n > 0 && strchr("{~ ", line.p[line.n - 1]) != NULL)
		line.n--;
	return line.n > 0 &&
	       (line.p[line.n - 1] == ']' || line.p[line.n - 1] == '>');
}

static int
begin_literal(struct guard *g, enum server_line kind, uint64_t bytes,
    struct buf *out, struct fault *f)
{
	bool wanted = is_wanted(g, kind);

	if (charge_literal(g, wanted && kind == LINE_FETCH, bytes, f) == -1)
		return -1;
	g->hidden = g->cut || !wanted;
	g->literal = bytes;
	g->of_section = wanted && is_section(last_line(g));
	g->behind_section = g->of_section && bytes == 0;
	g->line = g->n;
	if (!g->hidden)
		pass_text(g, out);
	return 0;
}

static void
forget_answer(struct guard *g)
{
	g->n = g->line = g->passed = 0;
	g->literals = 0;
	g->cut = g->hidden = g->unended = false;
}

/*
 * Keep of the answer its beginning, and when it is too long its end.  A NUL is
 * kept as "?", so that nobody takes it for the end of a string.
 */
static void
keep(struct guard *g, struct span some)
{
	size_t room, n;

	while (some.n > 0) {
		if (g->n == sizeof g->text) {
			memmove(g->text + HEAD, g->text + g->n - TAIL, TAIL);
			g->n = HEAD + TAIL;
			g->cut = true;
			if (g->line > HEAD)
				g->line = HEAD;
		}
		room = sizeof g->text - g->n;
		n = some.n < room ? some.n : room;
		for (; n > 0; n--, some = span_skip(some, 1))
			g->text[g->n++] = some.p[0] != '\0' ? some.p[0] : '?';
	}
}

/* More opening than closing brackets, wherever they stand. */
static bool
has_open_bracket(const struct guard *g)
{
	long open = 0;
	size_t i;

	for (i = 0; i < g->n; i++)
		open += (g->text[i] == '(') - (g->text[i] == ')');
	return open > 0;
}

/* An answer is complete, but for what may be told behind its line end. */
static int
end_answer(
    struct guard *g, enum server_line kind, struct buf *out, struct fault *f)
{
	bool wanted = !g->greeted || is_wanted(g, kind);
	size_t n = g->n;

	while (
	    n > g->line && (g->text[n - 1] == '\r' || g->text[n - 1] == '\n'))
		n--;
	if (g->on_line(g->arg, g->text, n, f) == -1)
		return -1;
	g->greeted |= n > 0;
	g->answered = kind == LINE_TAGGED;
	if (!wanted && g->passed == 0) {
		forget_answer(g);
		return 0;
	}
	g->n = n;
	pass_text(g, out);
	if (kind == LINE_FETCH && !g->cut && has_open_bracket(g)) {
		g->unended = true;
		keep(g, (struct span){ " ", 1 });
		g->line = g->n;
		return 0;
	}
	pass(out, "\r\n", 2);
	forget_answer(g);
	return 0;
}

/* The line behind an unended FETCH is another answer, and moves to the front.
 */
static void
divide(struct guard *g, struct buf *out)
{
	size_t from = g->line, n = g->n - from;

	pass(out, "\r\n", 2);
	memmove(g->text, g->text + from, n);
	forget_answer(g);
	g->n = n;
}

static int
end_line(struct guard *g, struct buf *out, struct fault *f)
{
	uint64_t bytes = 0;
	enum server_line kind;
	int literal = 0;

	if (g->unended && server_line_kind(last_line(g)) != LINE_STRAY)
		divide(g, out);
	g->unended = false;
	kind = server_line_kind((struct span){ g->text, g->n });
	if (g->greeted && !server_line_is_text(kind))
		literal = ends_in_literal(last_line(g), &bytes);
	if (literal == -1 || (literal == 1 && kind == LINE_STRAY &&
				 g->left.command == GUARD_FETCH))
		return refuse(
		    f, "what may be a literal, or not, in bytes", bytes);
	if (literal == 1 && kind != LINE_STRAY)
		return begin_literal(g, kind, bytes, out, f);
	return end_answer(g, kind, out, f);
}

/* A part of a line, at most up to its end. */
static int
feed_line(struct guard *g, struct span some, struct buf *out, struct fault *f)
{
	if (g->left.lines < some.n)
		return refuse(f, "more than was asked for", g->n);
	g->left.lines -= some.n;
	if (g->behind_section && !g->hidden &&
	    memchr(" )\r\n\t", some.p[0], 5) == NULL)
		return refuse(
		    f, "a literal is longer than it was said to be", g->n);
	g->behind_section = false;
	keep(g, some);
	return some.p[some.n - 1] == '\n' ? end_line(g, out, f) : 0;
}

static void
feed_literal(struct guard *g, struct span some, struct buf *out)
{
	if (!g->hidden)
		pass(out, some.p, some.n);
	g->literal -= some.n;
	g->behind_section = g->of_section && g->literal == 0;
}

void
guard_init(struct guard *g, guard_line_fn *on_line, void *arg)
{
	memset(g, 0, sizeof *g);
	g->on_line = on_line;
	g->arg = arg;
	g->left.lines = GREETING_MAX;
}

void
guard_expect(struct guard *g, const struct guard_limits *limits)
{
	g->left = *limits;
}

int
guard_feed(struct guard *g, struct span *in, struct buf *out, struct fault *f)
{
	struct span some;
	int rc = 0;

	g->answered = false;
	while (rc == 0 && in->n > 0 && !g->answered) {
		some = *in;
		if (g->literal > 0) {
			if (some.n > g->literal)
				some.n = (size_t)g->literal;
			feed_literal(g, some, out);
		} else {
			some.n = span_find(*in, "\n") + 1;
			if (some.n > in->n)
				some.n = in->n;
			rc = feed_line(g, some, out, f);
		}
		*in = span_skip(*in, some.n);
	}
	return rc;
}
