#include <string.h>

#include "report/field.h"
#include "report/mime.h"

char
field_eol(struct span text)
{
	if (text.n > 0 && memchr(text.p, '\n', text.n) == NULL &&
	    memchr(text.p, '\r', text.n) != NULL)
		return '\r';
	return '\n';
}

struct span
field_line(struct span *rest, char eol)
{
	const char *end = rest->n > 0 ? memchr(rest->p, eol, rest->n) : NULL;
	struct span line = *rest;

	if (end != NULL)
		line.n = (size_t)(end - line.p) + 1;
	if (line.n > 0) {
		rest->p += line.n;
		rest->n -= line.n;
	}
	return line;
}

struct span
field_chomp(struct span line, char eol)
{
	if (line.n > 0 && line.p[line.n - 1] == eol)
		line.n--;
	if (eol == '\n' && line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The name in front of the colon; empty when the line is not a field. */
static struct span
field_name(struct span line)
{
	struct span name = { line.p, 0 }, none = { NULL, 0 };
	size_t i = 0;

	while (i < line.n && line.p[i] > ' ' && line.p[i] != 127 &&
	       line.p[i] != ':')
		i++;
	name.n = i;
	while (i < line.n && is_blank(line.p[i]))
		i++;
	return i < line.n && line.p[i] == ':' ? name : none;
}

bool
field_begins(struct span line)
{
	return field_name(line).n > 0;
}

bool
field_continues(struct span line)
{
	return line.n > 0 && is_blank(line.p[0]);
}

void
field_start(struct field_walk *w, struct span header)
{
	w->rest = header;
	w->eol = field_eol(header);
}

bool
field_next(struct field_walk *w, struct field *f)
{
	struct span line, value;
	const char *colon;

	do {
		if (w->rest.n == 0)
			return false;
		line = field_line(&w->rest, w->eol);
		f->name = field_name(line);
	} while (f->name.n == 0);

	colon = memchr(f->name.p + f->name.n, ':', line.n - f->name.n);
	while (field_continues(w->rest))
		field_line(&w->rest, w->eol);
	value.p = colon + 1;
	value.n = (size_t)(w->rest.p - value.p);
	f->value = span_trim(value);
	return true;
}

bool
mime_field(struct span header, const char *name, size_t nth, struct span *value)
{
	struct field_walk w;
	struct field f;

	field_start(&w, header);
	while (field_next(&w, &f)) {
		if (!span_is_nocase(f.name, name) || nth-- > 0)
			continue;
		*value = f.value;
		return true;
	}
	return false;
}

struct span
field_front(struct span mail, char eol)
{
	struct span rest;

	if (span_begins_nocase(mail, "\xef\xbb\xbf"))
		mail = span_skip(mail, 3);
	for (rest = mail; rest.n > 0; mail = rest)
		if (field_chomp(field_line(&rest, eol), eol).n > 0)
			break;
	return mail;
}

struct span
mime_header_block(struct span mail)
{
	char eol = field_eol(mail);
	struct span rest = field_front(mail, eol);
	struct span header = { rest.p, 0 }, line;

	while (rest.n > 0) {
		line = field_line(&rest, eol);
		if (field_chomp(line, eol).n == 0)
			break;
		header.n += line.n;
	}
	return header;
}

void
field_skip(struct span *s)
{
	size_t i, depth = 0;

	for (i = 0; i < s->n; i++) {
		if (s->p[i] == '(')
			depth++;
		else if (s->p[i] == ')' && depth > 0)
			depth--;
		else if (s->p[i] == '\\' && depth > 0)
			i++;
		else if (depth == 0 && !is_blank(s->p[i]) && s->p[i] != '\r' &&
			 s->p[i] != '\n')
			break;
	}
	*s = span_skip(*s, i);
}

/* RFC 2045 §5.1; bytes of other charsets are let through. */
static bool
is_token(char c)
{
	switch (c) {
	case '(':
	case ')':
	case '<':
	case '>':
	case '@':
	case ',':
	case ';':
	case ':':
	case '\\':
	case '"':
	case '/':
	case '[':
	case ']':
	case '?':
	case '=':
	case 127:
		return false;
	default:
		return (unsigned char)c > ' ';
	}
}

struct span
field_token(struct span *rest)
{
	struct span word;
	size_t i = 0;

	field_skip(rest);
	while (i < rest->n && is_token(rest->p[i]))
		i++;
	word = (struct span){ rest->p, i };
	*rest = span_skip(*rest, i);
	return word;
}

bool
field_media_type(struct span value, struct span *type, struct span *sub)
{
	struct span a = field_token(&value), b;

	field_skip(&value);
	if (a.n == 0 || value.n == 0 || value.p[0] != '/')
		return false;
	value = span_skip(value, 1);
	if ((b = field_token(&value)).n == 0)
		return false;
	*type = a;
	*sub = b;
	return true;
}
