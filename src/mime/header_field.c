#include <string.h>

#include "base/ascii.h"
#include "base/span.h"
#include "mime/header_field.h"

char
field_eol(struct span text)
{
	if (text.n > 0 && memchr(text.p, '\n', text.n) == NULL &&
	    memchr(text.p, '\r', text.n) != NULL)
		return '\r';
	return '\n';
}

enum {
	NAME = 1, /* RFC 5322 §2.2: printable ASCII without the colon */
	TOKEN = 2 /* RFC 2045 §5.1, and all bytes that are not ASCII */
};

/* clang-format off */
static const unsigned char kind[256] = {
	0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,
	0,3,1,3,3,3,3,3,1,1,3,3,1,3,3,1,3,3,3,3,3,3,3,3,3,3,0,1,1,1,1,1,
	1,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,1,1,1,3,3,
	3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,0,
	2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,
	2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,
	2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,
	2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,
};
/* clang-format on */

static bool
is_name(char c)
{
	return (kind[(unsigned char)c] & NAME) != 0;
}

bool
field_begins(struct span line, struct span *name, struct span *value)
{
	size_t i = 0, n;

	while (i < line.n && is_name(line.p[i]))
		i++;
	n = i;
	while (i < line.n && ascii_is_blank(line.p[i]))
		i++;
	if (n == 0 || i == line.n || line.p[i] != ':')
		return false;
	*name = (struct span){ line.p, n };
	*value = (struct span){ line.p + i + 1, line.n - i - 1 };
	return true;
}

struct span
field_front(struct span mail, char eol)
{
	struct span rest;

	mail = span_skip_mark(mail);
	for (rest = mail; rest.n > 0; mail = rest)
		if (!field_is_empty(field_line(&rest, eol), eol))
			break;
	return mail;
}

struct span
field_block(struct span mail)
{
	char eol = field_eol(mail);
	struct span rest = field_front(mail, eol);
	struct span header = { rest.p, 0 }, line;

	while (rest.n > 0) {
		line = field_line(&rest, eol);
		if (field_is_empty(line, eol))
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
		else if (depth == 0 && !ascii_is_blank(s->p[i]) &&
			 s->p[i] != '\r' && s->p[i] != '\n')
			break;
	}
	*s = span_skip(*s, i);
}

static bool
is_token(char c)
{
	return (kind[(unsigned char)c] & TOKEN) != 0;
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
