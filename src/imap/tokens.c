#include "imap/tokens.h"

void
take_blanks(struct span *s)
{
	while (s->n > 0 && take_is_blank(s->p[0]))
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

bool
take_text(struct span *s, const char *text)
{
	if (!span_begins_nocase(*s, text))
		return false;
	*s = span_skip(*s, strlen(text));
	return true;
}

bool
take_value(struct span *s, uint32_t *value)
{
	uint64_t v = 0;
	size_t n = 0;

	while (n < s->n && take_is_digit(s->p[n]) && v <= UINT32_MAX)
		v = v * 10 + (unsigned char)(s->p[n++] - '0');
	*s = span_skip(*s, n);
	*value = (uint32_t)v;
	return n > 0 && v <= UINT32_MAX;
}

bool
take_number(struct span *s)
{
	uint32_t value;

	return take_value(s, &value);
}

struct span
take_word(struct span *s)
{
	struct span w = { s->p, 0 };

	while (w.n < s->n && !take_is_blank(s->p[w.n]) && s->p[w.n] != '\r' &&
	       s->p[w.n] != '\n')
		w.n++;
	*s = span_skip(*s, w.n);
	return w;
}

bool
take_is_end(struct span s)
{
	take_blanks(&s);
	skip_line_end(&s);
	return s.n == 0;
}

bool
take_plain_string(struct span *s)
{
	size_t n = 1;

	if (s->n == 0 || s->p[0] != '"')
		return false;
	while (n < s->n && s->p[n] != '"' && s->p[n] != '\\' &&
	       s->p[n] != '\r' && s->p[n] != '\n')
		n++;
	*s = span_skip(*s, n);
	return take_text(s, "\"");
}

bool
take_string(struct span *s)
{
	if (!take_text(s, "\""))
		return false;
	while (s->n > 0 && memchr("\"\r\n", s->p[0], 3) == NULL)
		if (!take_text(s, "\\\"") && !take_text(s, "\\\\"))
			*s = span_skip(*s, 1);
	return take_text(s, "\"");
}

static bool
is_atom_char(char c)
{
	return (unsigned char)c > ' ' && memchr("(){%*\"\\]", c, 8) == NULL;
}

bool
take_atom(struct span *s)
{
	size_t n = 0;

	while (n < s->n && is_atom_char(s->p[n]))
		n++;
	*s = span_skip(*s, n);
	return n > 0;
}

static bool
take_flag(struct span *s)
{
	take_text(s, "\\");
	return take_atom(s);
}

bool
take_flags(struct span *s)
{
	if (!take_text(s, "("))
		return false;
	for (;;) {
		take_blanks(s);
		if (take_text(s, ")"))
			return true;
		if (!take_flag(s) || s->n == 0 ||
		    (!take_is_blank(s->p[0]) && s->p[0] != ')'))
			return false;
	}
}

bool
take_literal(struct span *s)
{
	return take_text(s, "{") && take_number(s) && take_text(s, "}") &&
	       (take_text(s, "\r\n") || take_text(s, "\n"));
}
