#include <string.h>
#include <sysexits.h>

#include "base/fault.h"
#include "base/span.h"
#include "source/answer.h"
#include "source/guard.h"

enum {
	BRACKETS_MAX = 32,	  /* libetpan recurses for each */
	GREETING_MAX = 64 * 1024, /* all that may come before a command */
	CHATTER_MAX = 1024 * 1024, /* libetpan needs up to 20 times that */
	NAME_MAX_BYTES = 1024	   /* of a literal in LIST or ID */
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

static int
refuse_line(const struct guard *g, struct fault *f)
{
	return fault(f, FAULT_SESSION, EX_PROTOCOL,
	    "imap: the server's answer is refused: not asked for, or not IMAP: "
	    "%.*s",
	    g->head_len < 100 ? (int)g->head_len : 100, g->head);
}

static size_t
line_max(const struct guard *g)
{
	return g->left.command == GUARD_GENERAL ? 64 * 1024 : GUARD_HEAD;
}

static struct span
head(const struct guard *g)
{
	return (struct span) { g->head, g->head_len };
}

static int
begin_literal(struct guard *g, struct fault *f)
{
	enum answer kind = answer_kind(head(g));
	uint64_t max;

	if (g->left.command == GUARD_FETCH && kind == ANSWER_FETCH)
		max = g->left.literal_max;
	else if (g->left.command == GUARD_NAMES && kind == ANSWER_NAME)
		max = NAME_MAX_BYTES;
	else
		return refuse(f, "a literal where none may be", g->number);
	if (kind == ANSWER_FETCH ? !answer_is_fetch(head(g), true)
				 : !answer_is_name(head(g)))
		return refuse_line(g, f);
	if (g->number > max || g->literals > max - g->number)
		return refuse(f, "a literal too large, in bytes", g->number);
	if (g->number > g->left.literals)
		return refuse(f, "more mail than was asked for", g->number);
	g->left.literals -= g->number;
	g->literals += g->number;
	g->literal = g->number;
	g->brace = BRACE_NONE;
	return 0;
}

static bool
is_allowed(const struct guard *g, enum answer kind)
{
	switch (kind) {
	case ANSWER_EMPTY:
	case ANSWER_LIST:
	case ANSWER_COUNT:
		return true;
	case ANSWER_STATUS:
		return answer_is_status(head(g));
	case ANSWER_FETCH:
		return g->line <= GUARD_HEAD && answer_is_fetch(head(g), false);
	case ANSWER_NAME:
		return g->left.command == GUARD_NAMES &&
		    answer_is_name(head(g));
	case ANSWER_UNKNOWN:
		break;
	}
	return false;
}

static int
end_line(struct guard *g, struct fault *f)
{
	enum answer kind = answer_kind(head(g));
	size_t n = g->head_len;
	int rc = 0;

	if (!is_allowed(g, kind))
		return refuse_line(g, f);
	if (kind != ANSWER_FETCH)
		g->chatter += g->line;
	if (g->chatter > CHATTER_MAX)
		return refuse(f, "too much that was not asked for", g->chatter);
	while (n > 0 && (g->head[n - 1] == '\r' || g->head[n - 1] == '\n'))
		n--;
	if (g->on_line != NULL)
		rc = g->on_line(g->arg, g->head, n, f);
	g->literals = 0;
	g->line = 0;
	g->brackets = 0;
	g->head_len = 0;
	return rc;
}

/* The byte `c` inside or behind a brace. */
static int
feed_brace(struct guard *g, char c, struct fault *f)
{
	bool digit = c >= '0' && c <= '9';
	bool blank = c == ' ' || c == '\t' || c == '-' || c == '+';

	if (g->brace == BRACE_CR && c != '\n')
		return refuse(f, "a literal inside a line", g->number);
	if (g->brace == BRACE_CR || (g->brace == BRACE_CLOSED && c == '\n'))
		return begin_literal(g, f);
	if (g->brace == BRACE_CLOSED && (c != '\r' || g->odd_brace))
		return refuse(f, "a literal inside a line", g->number);
	if (g->brace == BRACE_CLOSED) {
		g->brace = BRACE_CR;
	} else if (digit && g->brace != BRACE_BLANK) {
		if (g->brace == BRACE_OPEN)
			g->number = 0;
		g->brace = BRACE_NUMBER;
		if (g->number <= (UINT64_MAX - 9) / 10)
			g->number =
			    g->number * 10 + (unsigned char)(c - '0');
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

/* What must not be in any line. */
static int
check_byte(struct guard *g, char c, struct fault *f)
{
	if (g->left.lines == 0)
		return refuse(f, "more than was asked for", g->line);
	g->left.lines--;
	if (g->head_len < sizeof g->head)
		g->head[g->head_len++] = c;
	if (++g->line > line_max(g))
		return refuse(f, "a line too long", g->line);
	if (c == '\0')
		return refuse(f, "a NUL", g->line);
	if ((c == '(' || c == '[') && ++g->brackets > BRACKETS_MAX)
		return refuse(f, "too many brackets", g->brackets);
	return 0;
}

/* One byte of a line. */
static int
feed_line(struct guard *g, char c, struct fault *f)
{
	int was = g->brace;

	if (check_byte(g, c, f) == -1 ||
	    (was != BRACE_NONE && feed_brace(g, c, f) == -1))
		return -1;
	if (c == '{') {
		g->brace = BRACE_OPEN;
		g->odd_brace = false;
	}
	if (c != '\n' || was >= BRACE_CLOSED)
		return 0; /* behind a brace a literal has begun */
	return end_line(g, f);
}

/* A name is looked at like the line around it, and has no line ends. */
static int
feed_name(struct guard *g, char c, struct fault *f)
{
	if (c == '\r' || c == '\n' || c == '\0')
		return refuse(f, "a control character in a name",
		    (unsigned char)c);
	if ((c == '(' || c == '[') && ++g->brackets > BRACKETS_MAX)
		return refuse(f, "too many brackets", g->brackets);
	return 0;
}

/* As much of a literal as there is; how many bytes, or -1. */
static ptrdiff_t
feed_literal(struct guard *g, const char *p, size_t n, struct fault *f)
{
	size_t i;

	if (n > g->literal)
		n = (size_t)g->literal;
	g->literal -= n;
	if (g->left.command == GUARD_NAMES)
		for (i = 0; i < n; i++)
			if (feed_name(g, p[i], f) == -1)
				return -1;
	return (ptrdiff_t)n;
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
	g->chatter = 0;
}

size_t
guard_feed(struct guard *g, const char *bytes, size_t n, struct fault *f)
{
	size_t i = 0, start = 0; /* of the line */
	ptrdiff_t taken;

	while (i < n) {
		if (g->literal > 0) {
			taken = feed_literal(g, bytes + i, n - i, f);
			if (taken == -1)
				return start;
			i += (size_t)taken;
			continue;
		}
		if (feed_line(g, bytes[i++], f) == -1)
			return start;
		if (g->line == 0)
			start = i;
	}
	return n;
}
