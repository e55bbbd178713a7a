#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"
#include "imap/server_line.h"
#include "imap/guard.h"

enum {
	BRACKETS_MAX = 32,
	GREETING_MAX = 64 * 1024, /* all that may come before a command */
	NAME_BYTES_MAX = 1024	  /* of a literal in LIST or ID */
};

/*
 * How far a literal's head has come.  libetpan takes blanks, a minus and a
 * missing line end in it; none of these passes.
 */
enum brace {
	BRACE_NONE,
	BRACE_OPEN,   /* { */
	BRACE_NUMBER, /* {12 */
	BRACE_BLANK,  /* {12 and a blank */
	BRACE_CLOSED, /* {12} */
	BRACE_CR      /* {12} and CR */
};

static int
refuse(struct fault *f, const char *what, uint64_t number)
{
	return fault(f, FAULT_SESSION, EX_PROTOCOL,
	    "imap: the server's answer is refused: %s (%llu)", what,
	    (unsigned long long)number);
}

static struct span
text(const struct guard *g)
{
	return (struct span){ g->text, g->line };
}

static void
pass(struct buf *out, const char *p, size_t n)
{
	if (buf_append(out, p, n) == -1)
		out_of_memory(); /* the caller's bound is wrong */
}

/* What has come of the line since it was passed last. */
static void
pass_text(struct guard *g, struct buf *out)
{
	pass(out, g->text + g->passed, g->line - g->passed);
	g->passed = g->line;
}

/* Whether it is a line with names, and they are asked for. */
static bool
is_name(const struct guard *g, enum answer kind)
{
	return g->left.command == GUARD_FOLDERS &&
	       (kind == ANSWER_LIST || kind == ANSWER_XLIST);
}

/* Whether it may have literals, although nobody wants to read it. */
static bool
is_beside(const struct guard *g, enum answer kind)
{
	return g->left.command == GUARD_NAMES &&
	       (kind == ANSWER_ID || kind == ANSWER_SIZES);
}

/*
 * What a mail is made of, which whoever sent the mail has a say in: whatever it
 * is, it must not stop us.
 */
static bool
is_parts(const struct guard *g, enum answer kind)
{
	return g->left.command == GUARD_PARTS && kind == ANSWER_FETCH;
}

static int
begin_literal(struct guard *g, struct buf *out, struct fault *f)
{
	enum answer kind = answer_kind(text(g));
	uint64_t max;

	if (!g->greeted)
		return refuse(f, "a literal where none may be", g->number);
	g->dropped = g->cut || is_beside(g, kind);
	if (g->left.command == GUARD_FETCH && kind == ANSWER_FETCH)
		max = g->left.literal_max;
	else if (is_parts(g, kind))
		max = g->left.literal_max;
	else if (is_name(g, kind) || g->dropped)
		max = NAME_BYTES_MAX;
	else
		return refuse(f, "a literal where none may be", g->number);
	if (g->number > max || g->literals > max - g->number)
		return refuse(f, "a literal too large, in bytes", g->number);
	if (g->number > g->left.literals)
		return refuse(f, "more mail than was asked for", g->number);
	if (!g->dropped && !is_parts(g, kind) &&
	    !answer_is_sound(kind, text(g), true))
		return refuse(f, "not asked for, or not IMAP", g->line);
	g->left.literals -= g->number;
	g->literals += g->number;
	g->literal = g->number;
	g->brace = BRACE_NONE;
	if (!g->dropped)
		pass_text(g, out);
	return 0;
}

/* Whether a line is of use now; that it is sound is another thing. */
static bool
is_wanted(const struct guard *g, enum answer kind)
{
	if (kind == ANSWER_FETCH)
		return g->left.command == GUARD_FETCH;
	return is_name(g, kind);
}

/* Tag and status of a line, or "* OK" of a greeting, with no text to read. */
static void
pass_status(const struct guard *g, struct buf *out)
{
	size_t n = 0, words = 0;

	while (n < g->line && g->text[n] != '\r' && g->text[n] != '\n' &&
	       (g->text[n] != ' ' || ++words < 2))
		n++;
	pass(out, g->text, n);
	pass(out, " done\r\n", 7);
}

static int
judge_line(struct guard *g, struct buf *out, struct fault *f)
{
	enum answer kind = answer_kind(text(g));

	if (kind == ANSWER_GARBAGE ||
	    (!g->greeted && kind != ANSWER_STATUS && kind != ANSWER_BYE))
		return refuse(f, "not IMAP; the line's length", g->line);
	g->answered = kind == ANSWER_TAGGED;
	if (kind == ANSWER_TAGGED || (kind == ANSWER_STATUS && !g->greeted))
		pass_status(g, out);
	else if (kind == ANSWER_CONTINUE && g->left.command == GUARD_LOGIN)
		pass_text(g, out);
	else if (is_parts(g, kind)) {
		pass_text(g, out);
		if (g->cut)
			pass(out, " \r\n", 3); /* not as a literal ends */
	} else if (is_wanted(g, kind) && answer_is_sound(kind, text(g), false))
		pass_text(g, out);
	else if (g->passed > 0 ||
		 (is_wanted(g, ANSWER_FETCH) && kind == ANSWER_FETCH &&
		     answer_has_uid(text(g))))
		return refuse(f, "not asked for, or not IMAP", g->line);
	return 0;
}

static int
end_line(struct guard *g, struct buf *out, struct fault *f)
{
	size_t n = g->line;

	while (n > 0 && (g->text[n - 1] == '\r' || g->text[n - 1] == '\n'))
		n--;
	if (g->on_line != NULL && g->on_line(g->arg, g->text, n, f) == -1)
		return -1;
	if (judge_line(g, out, f) == -1)
		return -1;
	g->greeted = true;
	g->literals = 0;
	g->line = g->passed = 0;
	g->brackets = 0;
	g->dropped = g->cut = false;
	return 0;
}

/* The byte `c` inside or behind a brace. */
static int
feed_brace(struct guard *g, char c, struct buf *out, struct fault *f)
{
	bool digit = c >= '0' && c <= '9';
	bool blank = c == ' ' || c == '\t' || c == '-' || c == '+';

	if ((g->brace == BRACE_CR && c != '\n') ||
	    (g->brace == BRACE_CLOSED &&
		(g->odd_brace || (c != '\r' && c != '\n')))) {
		g->brace = BRACE_NONE;
		return is_parts(g, answer_kind(text(g)))
			   ? 0
			   : refuse(f, "a literal inside a line", g->number);
	}
	if (g->brace >= BRACE_CLOSED && c == '\n')
		return begin_literal(g, out, f);
	if (g->brace == BRACE_CLOSED) {
		g->brace = BRACE_CR;
	} else if (digit && g->brace != BRACE_BLANK) {
		if (g->brace == BRACE_OPEN)
			g->number = 0;
		g->brace = BRACE_NUMBER;
		if (g->number <= (UINT64_MAX - 9) / 10)
			g->number = g->number * 10 + (unsigned char)(c - '0');
	} else if (blank) {
		g->odd_brace = true;
		if (g->brace == BRACE_NUMBER)
			g->brace = BRACE_BLANK;
	} else if (c == '}' && g->brace != BRACE_OPEN) {
		g->brace = BRACE_CLOSED;
	} else {
		g->brace = BRACE_NONE;
	}
	return 0;
}

/* What is too much of a line, whatever its bytes are. */
static int
check_line(const struct guard *g, struct fault *f)
{
	if ((!g->cut && g->brackets <= BRACKETS_MAX) ||
	    is_parts(g, answer_kind(text(g))))
		return 0;
	return g->cut ? refuse(f, "a line too long", g->line)
		      : refuse(f, "too many brackets", g->brackets);
}

/* Keep of the line what there is room for. */
static void
keep(struct guard *g, struct span some)
{
	size_t room = sizeof g->text - g->line;
	size_t n = some.n < room ? some.n : room;

	g->left.lines -= some.n;
	g->cut |= n < some.n;
	memcpy(g->text + g->line, some.p, n);
	g->line += n;
}

/* How many bytes of a line, at the front, only have to be counted. */
static size_t
plain_bytes(const struct guard *g, struct span in)
{
	size_t n = 0;

	if (g->brace != BRACE_NONE)
		return 0;
	if (in.n > g->left.lines)
		in.n = (size_t)g->left.lines;
	while (n < in.n && in.p[n] != '\n' && in.p[n] != '(' &&
	       in.p[n] != '[' && in.p[n] != '{' && in.p[n] != '\0')
		n++;
	return n;
}

static int
feed_plain(struct guard *g, struct span some, struct fault *f)
{
	keep(g, some);
	return check_line(g, f);
}

/* One byte of a line. */
static int
feed_byte(struct guard *g, struct span byte, struct buf *out, struct fault *f)
{
	char c = byte.p[0];
	int was = g->brace;

	if (g->left.lines == 0)
		return refuse(f, "more than was asked for", g->line);
	keep(g, byte);
	if (c == '\0')
		return refuse(f, "a NUL", g->line);
	if (c == '(' || c == '[')
		g->brackets++;
	if (check_line(g, f) == -1 ||
	    (was != BRACE_NONE && feed_brace(g, c, out, f) == -1))
		return -1;
	if (c == '{') {
		g->brace = BRACE_OPEN;
		g->odd_brace = false;
	}
	if (c != '\n' || was >= BRACE_CLOSED)
		return 0; /* behind a brace a literal has begun */
	return end_line(g, out, f);
}

/* A name is looked at like the line around it, and has no line ends. */
static int
check_name(struct guard *g, const char *p, size_t n, struct fault *f)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] == '\r' || p[i] == '\n' || p[i] == '\0')
			return refuse(f, "a control character in a name",
			    (unsigned char)p[i]);
		if ((p[i] == '(' || p[i] == '[') &&
		    ++g->brackets > BRACKETS_MAX)
			return refuse(f, "too many brackets", g->brackets);
	}
	return 0;
}

static int
feed_literal(
    struct guard *g, struct span some, struct buf *out, struct fault *f)
{
	if ((g->left.command == GUARD_NAMES ||
		g->left.command == GUARD_FOLDERS) &&
	    check_name(g, some.p, some.n, f) == -1)
		return -1;
	if (!g->dropped)
		pass(out, some.p, some.n);
	g->literal -= some.n;
	return 0;
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
	int rc;

	g->answered = false;
	while (in->n > 0 && !g->answered) {
		some = *in;
		if (g->literal > 0) {
			if (some.n > g->literal)
				some.n = (size_t)g->literal;
			rc = feed_literal(g, some, out, f);
		} else if ((some.n = plain_bytes(g, *in)) > 0) {
			rc = feed_plain(g, some, f);
		} else {
			some.n = 1;
			rc = feed_byte(g, some, out, f);
		}
		if (rc == -1)
			return -1;
		*in = span_skip(*in, some.n);
	}
	return 0;
}
