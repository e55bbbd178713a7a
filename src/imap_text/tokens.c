#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "base/span.h"
#include "imap_text/tokens.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void
take_blanks(struct span *s)
{
	while (s->n > 0 && is_blank(s->p[0]))
		*s = span_skip(*s, 1);
}

bool
take_text(struct span *s, const char *text)
{
	if (!span_begins_nocase(*s, text))
		return false;
	*s = span_skip(*s, strlen(text));
	return true;
}

/* Digits at the front; of a number past 64 bits some that is too large. */
static size_t
read_digits(struct span s, uint64_t *number)
{
	size_t n = 0;

	for (*number = 0; n < s.n && ascii_is_digit(s.p[n]); n++)
		if (*number <= (UINT64_MAX - 9) / 10)
			*number = *number * 10 + (unsigned char)(s.p[n] - '0');
	return n;
}

bool
take_number(struct span *s, uint32_t *number)
{
	uint64_t v;
	size_t n = read_digits(*s, &v);

	if (n == 0 || v > UINT32_MAX)
		return false;
	*number = (uint32_t)v;
	*s = span_skip(*s, n);
	return true;
}

bool
take_word(struct span *s, struct span *word)
{
	bool inside = false;
	size_t n;
	char c;

	for (n = 0; n < s->n; n++) {
		c = s->p[n];
		if (!inside &&
		    (is_blank(c) || c == '(' || c == ')' || c == '"'))
			break;
		inside = (inside || c == '[') && c != ']';
	}
	*word = (struct span){ s->p, n };
	*s = span_skip(*s, n);
	return n > 0;
}

static bool
take_quoted(struct span *s, struct span *content)
{
	size_t n = 1;

	/* no line ends in one: that would be a literal inside */
	while (n < s->n && s->p[n] != '"' && s->p[n] != '\n')
		n += s->p[n] == '\\' && n + 1 < s->n && s->p[n + 1] != '\n' ? 2
									    : 1;
	if (n >= s->n || s->p[n] != '"')
		return false;
	*content = (struct span){ s->p + 1, n - 1 };
	*s = span_skip(*s, n + 1);
	return true;
}

static bool
take_literal(struct span *s, struct span *content)
{
	struct span rest = span_skip(*s, 1);
	uint64_t bytes;

	rest = span_skip(rest, read_digits(rest, &bytes));
	if (!take_text(&rest, "}") ||
	    (!take_text(&rest, "\r\n") && !take_text(&rest, "\n")) ||
	    bytes > rest.n)
		return false;
	*content = (struct span){ rest.p, (size_t)bytes };
	*s = span_skip(rest, (size_t)bytes);
	return true;
}

bool
take_string(struct span *s, struct span *content)
{
	if (s->n > 0 && s->p[0] == '"')
		return take_quoted(s, content);
	return s->n > 0 && s->p[0] == '{' && take_literal(s, content);
}

static bool
take_simple(struct span *s)
{
	struct span ignored;

	return take_string(s, &ignored) || take_word(s, &ignored);
}

bool
take_value(struct span *s, struct span *value)
{
	struct span rest = *s;
	size_t open = 0;

	do {
		take_blanks(&rest);
		if (take_text(&rest, "("))
			open++;
		else if (open > 0 && take_text(&rest, ")"))
			open--;
		else if (!take_simple(&rest))
			return false;
	} while (open > 0);
	*value = (struct span){ s->p, s->n - rest.n };
	*s = rest;
	return true;
}

int
ends_in_literal(struct span line, uint64_t *bytes)
{
	struct span head;
	size_t at;
	char c;

	while (line.n > 0 &&
	       (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == '\r'))
		line.n--;
	if (line.n == 0 || line.p[line.n - 1] != '}')
		return 0;
	for (at = line.n - 1; at > 0; at--) {
		c = line.p[at - 1];
		if (!ascii_is_digit(c) && !is_blank(c) && c != '+' && c != '-')
			break;
	}
	if (at == 0 || line.p[at - 1] != '{')
		return 0;
	head = span_skip((struct span){ line.p, line.n - 1 }, at);
	return head.n > 0 && read_digits(head, bytes) == head.n ? 1 : -1;
}
