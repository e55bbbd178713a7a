#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/fault.h"
#include "source/guard.h"

enum {
	BRACKETS_MAX = 32,
	GREETING_BUDGET = 64 * 1024,
	CHATTER_MAX = 1024 * 1024, /* libetpan needs up to 20 times that */
	NAME_MAX_BYTES = 1024	   /* of a literal in LIST or ID */
};

/*
 * How far a literal's head has come.  libetpan takes blanks, a minus and a
 * missing line end in it; we refuse those, so both agree where it begins.
 */
enum brace {
	BRACE_NONE,
	BRACE_OPEN,   /* { */
	BRACE_NUMBER, /* {12 */
	BRACE_BLANK,  /* {12 and a blank */
	BRACE_CLOSED, /* {12} */
	BRACE_CR      /* {12} and CR */
};

enum quote {
	QUOTE_NONE,
	QUOTE_OPEN,
	QUOTE_ESCAPE /* behind a backslash */
};

/* The response code of a status line, "[...]" (RFC 9051 §7.1). */
enum code {
	CODE_BEFORE,
	CODE_INSIDE,
	CODE_BEHIND
};

static size_t
line_max(const struct guard *g)
{
	static const size_t max[] = { [GUARD_GENERAL] = 64 * 1024,
		[GUARD_NAMES] = 8 * 1024,
		[GUARD_FETCH] = 8 * 1024 };

	return max[g->left.command];
}

static int
refuse(struct fault *f, const char *what, uint64_t number)
{
	return fault(f, FAULT_SESSION, EX_PROTOCOL,
	    "imap: the server's answer is refused: %s (%llu)", what,
	    (unsigned long long)number);
}

/* Whether this line is "* 12 FETCH (", where libetpan takes literals. */
static bool
is_fetch(const struct guard *g)
{
	static const char word[] = " FETCH (";
	size_t i = 2;

	if (g->head_len < 2 || memcmp(g->head, "* ", 2) != 0)
		return false;
	while (i < g->head_len && g->head[i] >= '0' && g->head[i] <= '9')
		i++;
	return i > 2 && g->head_len - i >= sizeof word - 1 &&
	    strncasecmp(g->head + i, word, sizeof word - 1) == 0;
}

static bool
is_list_or_id(const struct guard *g)
{
	return (g->head_len >= 7 && strncasecmp(g->head, "* LIST ", 7) == 0) ||
	    (g->head_len >= 5 && strncasecmp(g->head, "* ID ", 5) == 0);
}

/* Whether what follows the first two words is a text for people. */
static bool
is_status(const struct guard *g)
{
	static const char *const words[] = { "OK", "NO", "BAD", "BYE",
		"PREAUTH" };
	const char *p = memchr(g->head, ' ', g->head_len);
	size_t i, n, left;

	if (g->head_len > 0 && g->head[0] == '+')
		return true;
	if (p == NULL)
		return false;
	p++;
	left = g->head_len - (size_t)(p - g->head);
	for (i = 0; i < sizeof words / sizeof *words; i++) {
		n = strlen(words[i]);
		if (left > n && strncasecmp(p, words[i], n) == 0 && p[n] == ' ')
			return true;
	}
	return false;
}

static int
begin_literal(struct guard *g, struct fault *f)
{
	uint64_t max = 0;

	if (g->quote != QUOTE_NONE)
		return refuse(f, "a literal inside a string", g->number);
	if (g->left.command == GUARD_FETCH && is_fetch(g))
		max = g->left.literal_max;
	else if (g->left.command == GUARD_NAMES && is_list_or_id(g))
		max = NAME_MAX_BYTES;
	else
		return refuse(f, "a literal where none may be", g->number);
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

static void
begin_line(struct guard *g)
{
	g->literals = 0;
	g->line = 0;
	g->brackets = 0;
	g->quote = QUOTE_NONE;
	g->code = CODE_BEFORE;
	g->brace = BRACE_NONE;
	g->in_number = false;
	g->last[0] = g->last[1] = '\0';
	g->head_len = 0;
}

static int
end_line(struct guard *g, struct fault *f)
{
	size_t n = g->head_len;
	int rc = 0;

	if (g->quote != QUOTE_NONE)
		return refuse(f, "a string without end", g->line);
	if (!is_fetch(g))
		g->chatter += g->line;
	if (g->chatter > CHATTER_MAX)
		return refuse(f, "too much that was not asked for", g->chatter);
	while (n > 0 && (g->head[n - 1] == '\r' || g->head[n - 1] == '\n'))
		n--;
	if (g->on_line != NULL)
		rc = g->on_line(g->arg, g->head, n, f);
	begin_line(g);
	return rc;
}

static void
add_digit(struct guard *g, char c)
{
	if (g->number <= (UINT64_MAX - 9) / 10)
		g->number = g->number * 10 + (unsigned char)(c - '0');
}

/* libetpan's numbers wrap at 2^32, and a wrapped UID is another mail's. */
static int
feed_number(struct guard *g, char c, struct fault *f)
{
	if (c < '0' || c > '9') {
		g->in_number = false;
		return 0;
	}
	if (g->last[0] == ' ' || g->last[0] == '(') {
		g->in_number = true;
		g->number = 0;
	}
	if (!g->in_number)
		return 0;
	add_digit(g, c);
	if (g->number > UINT32_MAX && is_fetch(g))
		return refuse(f, "a number beyond 32 bits", g->number);
	return 0;
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
		add_digit(g, c);
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

/*
 * A string ends where it is not escaped.  In a FETCH nothing is escaped, since
 * libetpan has exceptions there for the strings of some servers.
 */
static int
feed_quoted(struct guard *g, char c, struct fault *f)
{
	if (g->quote == QUOTE_ESCAPE) {
		g->quote = QUOTE_OPEN;
		if (c == '"' || c == '\\')
			return 0;
	}
	if (c == '"')
		g->quote = QUOTE_NONE;
	else if (c == '\\' && is_fetch(g))
		return refuse(f, "a backslash in a string", g->line);
	else if (c == '\\')
		g->quote = QUOTE_ESCAPE;
	return 0;
}

/* Strings are looked for everywhere but in text for people. */
static int
feed_string(struct guard *g, char c, struct fault *f)
{
	if (g->quote != QUOTE_NONE)
		return feed_quoted(g, c, f);
	if (c != '"' && c != '[' && c != ']')
		return 0;
	if (c == '"') {
		if (g->code == CODE_INSIDE || !is_status(g))
			g->quote = QUOTE_OPEN;
	} else if (c == '[' && g->code == CODE_BEFORE && is_status(g)) {
		g->code = CODE_INSIDE;
	} else if (c == ']' && g->code == CODE_INSIDE) {
		g->code = CODE_BEHIND;
	}
	return 0;
}

static void
open_brace(struct guard *g)
{
	g->brace = BRACE_OPEN;
	g->in_number = false;
	/* the only literal of a FETCH that we ask for is "BODY[...] {" */
	g->odd_brace = g->left.command == GUARD_FETCH &&
	    (g->last[0] != ' ' || (g->last[1] != ']' && g->last[1] != '>'));
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

	if (check_byte(g, c, f) == -1 || feed_string(g, c, f) == -1)
		return -1;
	if (was == BRACE_NONE && feed_number(g, c, f) == -1)
		return -1;
	if (was != BRACE_NONE && feed_brace(g, c, f) == -1)
		return -1;
	if (c == '{')
		open_brace(g);
	g->last[1] = g->last[0];
	g->last[0] = c;
	if (c != '\n' || was >= BRACE_CLOSED)
		return 0; /* behind a brace the literal has begun */
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
	g->left.lines = GREETING_BUDGET;
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
