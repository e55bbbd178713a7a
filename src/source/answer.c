#include <stdint.h>
#include <string.h>

#include "source/answer.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
skip_blanks(struct span *s)
{
	while (s->n > 0 && is_blank(s->p[0]))
		*s = span_skip(*s, 1);
}

static void
skip_line_end(struct span *s)
{
	if (s->n > 0 && s->p[0] == '\r')
		*s = span_skip(*s, 1);
	if (s->n > 0 && s->p[0] == '\n')
		*s = span_skip(*s, 1);
}

/* That text, taken from the front. */
static bool
take(struct span *s, const char *text)
{
	if (!span_begins_nocase(*s, text))
		return false;
	*s = span_skip(*s, strlen(text));
	return true;
}

/* A number within 32 bits, taken from the front. */
static bool
take_number(struct span *s)
{
	uint64_t v = 0;
	size_t n = 0;

	while (n < s->n && is_digit(s->p[n]) && v <= UINT32_MAX)
		v = v * 10 + (unsigned char)(s->p[n++] - '0');
	*s = span_skip(*s, n);
	return n > 0 && v <= UINT32_MAX;
}

/* A word up to a blank or the line end, taken from the front. */
static struct span
take_word(struct span *s)
{
	struct span w = { s->p, 0 };

	while (w.n < s->n && !is_blank(s->p[w.n]) && s->p[w.n] != '\r' &&
	    s->p[w.n] != '\n')
		w.n++;
	*s = span_skip(*s, w.n);
	return w;
}

static bool
is_one_of(struct span word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (span_is_nocase(word, *words))
			return true;
	return false;
}

static bool
is_status_word(struct span word)
{
	static const char *const words[] = { "OK", "NO", "BAD", "BYE",
		"PREAUTH", NULL };

	return is_one_of(word, words);
}

/* Behind "* 12 ". */
static enum answer
numbered_kind(struct span s)
{
	static const char *const counts[] = { "EXISTS", "RECENT", "EXPUNGE",
		NULL };
	struct span word = take_word(&s);

	if (span_is_nocase(word, "FETCH"))
		return ANSWER_FETCH;
	skip_blanks(&s);
	skip_line_end(&s);
	return is_one_of(word, counts) && s.n == 0 ? ANSWER_COUNT
						   : ANSWER_UNKNOWN;
}

enum answer
answer_kind(struct span s)
{
	static const char *const lists[] = { "CAPABILITY", "FLAGS", NULL };
	static const char *const names[] = { "LIST", "ID", NULL };
	struct span tag, word, rest = s;

	if (s.n > 0 && s.p[0] == '+')
		return ANSWER_STATUS;
	tag = take_word(&rest);
	if (tag.n == 0) {
		skip_blanks(&rest);
		skip_line_end(&rest);
		return rest.n == 0 ? ANSWER_EMPTY : ANSWER_UNKNOWN;
	}
	if (!take(&rest, " "))
		return ANSWER_UNKNOWN;
	word = take_word(&rest);
	if (is_status_word(word))
		return ANSWER_STATUS;
	if (!span_is(tag, "*"))
		return ANSWER_UNKNOWN;
	if (take_number(&word) && word.n == 0)
		return take(&rest, " ") ? numbered_kind(rest) : ANSWER_UNKNOWN;
	if (is_one_of(word, lists))
		return ANSWER_LIST;
	return is_one_of(word, names) ? ANSWER_NAME : ANSWER_UNKNOWN;
}

/* A string without escapes, which libetpan reads in more ways than one. */
static bool
take_string(struct span *s)
{
	if (!take(s, "\""))
		return false;
	while (s->n > 0 && memchr("\"\\\r\n", s->p[0], 4) == NULL)
		*s = span_skip(*s, 1);
	return take(s, "\"");
}

/* "(a b c)". */
static bool
take_list(struct span *s)
{
	if (!take(s, "("))
		return false;
	while (s->n > 0 && memchr("()\"{\r\n", s->p[0], 6) == NULL)
		*s = span_skip(*s, 1);
	return take(s, ")");
}

/* "{12}" and the line end. */
static bool
take_literal(struct span *s)
{
	return take(s, "{") && take_number(s) && take(s, "}") &&
	    (take(s, "\r\n") || take(s, "\n"));
}

/* Behind "BODY[": "HEADER]<0> {12}". */
static bool
take_body(struct span *s)
{
	while (s->n > 0 &&
	    (is_digit(s->p[0]) || s->p[0] == '.' ||
		(s->p[0] >= 'A' && s->p[0] <= 'Z') ||
		(s->p[0] >= 'a' && s->p[0] <= 'z')))
		*s = span_skip(*s, 1);
	if (!take(s, "]"))
		return false;
	if (take(s, "<") && (!take_number(s) || !take(s, ">")))
		return false;
	if (s->n == 0 || !is_blank(s->p[0]))
		return false;
	skip_blanks(s);
	return take(s, "NIL") || take_string(s) || take_literal(s);
}

static bool
take_item(struct span *s)
{
	if (take(s, "BODY["))
		return take_body(s);
	if (take(s, "UID ") || take(s, "RFC822.SIZE ")) {
		skip_blanks(s);
		return take_number(s);
	}
	if (take(s, "INTERNALDATE ")) {
		skip_blanks(s);
		return take_string(s);
	}
	if (take(s, "FLAGS ") || take(s, "MODSEQ ")) {
		skip_blanks(s);
		return take_list(s);
	}
	return false;
}

bool
answer_is_fetch(struct span s, bool at_literal)
{
	if (!take(&s, "* ") || !take_number(&s) || !take(&s, " FETCH ("))
		return false;
	for (;;) {
		skip_blanks(&s);
		if (s.n == 0)
			return at_literal;
		if (take(&s, ")"))
			break;
		if (!take_item(&s))
			return false;
	}
	skip_blanks(&s);
	skip_line_end(&s);
	return s.n == 0 && !at_literal;
}

bool
answer_is_name(struct span s)
{
	bool open = false;

	for (; s.n > 0; s = span_skip(s, 1)) {
		if (s.p[0] == '"')
			open = !open;
		else if (open && s.p[0] == '\\' && s.n > 1 &&
		    (s.p[1] == '"' || s.p[1] == '\\'))
			s = span_skip(s, 1);
	}
	return !open;
}

bool
answer_is_status(struct span s)
{
	if (take(&s, "+")) {
		skip_blanks(&s);
	} else {
		take_word(&s);
		skip_blanks(&s);
		take_word(&s);
		skip_blanks(&s);
	}
	if (s.n == 0)
		return false; /* blanks alone, as far as it can be seen */
	if (!take(&s, "["))
		return true;
	skip_blanks(&s);
	return !span_begins_nocase(s, "BADCHARSET");
}
