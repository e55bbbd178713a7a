#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "mime/charset.h"
#include "mime/header_field.h"
#include "mime/parameter.h"
#include "mime/transfer_encoding.h"

enum {
	SECTIONS = 64 /* of one RFC 2231 parameter; more than names need */
};

/* One "attribute=value". */
struct attribute {
	struct span name, value;
	bool quoted;
};

/* A section of an RFC 2231 parameter. */
struct section {
	struct span value;
	bool set, quoted, encoded;
};

struct parameter {
	bool has_plain, has_sections;
	struct attribute plain;
	struct section section[SECTIONS]; /* set when has_sections */
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span
skip_space(struct span s)
{
	while (s.n > 0 && is_space(s.p[0]))
		s = span_skip(s, 1);
	return s;
}

/* The inside of a quoted string; `rest` moves on behind it. */
static struct span
quoted_string(struct span *rest)
{
	struct span in = span_skip(*rest, 1);
	size_t i = 0;

	while (i < in.n && in.p[i] != '"')
		i += in.p[i] == '\\' && i + 1 < in.n ? 2 : 1;
	*rest = span_skip(in, i + 1);
	in.n = i;
	return in;
}

/* Whether "word =" follows, as where a sender forgot the semicolon. */
static bool
attribute_follows(struct span s)
{
	if (field_token(&s).n == 0)
		return false;
	s = skip_space(s);
	return s.n > 0 && s.p[0] == '=';
}

/*
 * A value without quotes.  It may have blanks, since some senders do not quote
 * file names that have them, and ends before a semicolon, a comment or the next
 * attribute.
 */
static struct span
bare_value(struct span *rest)
{
	struct span word, value = { rest->p, 0 };
	size_t i;

	for (;;) {
		for (i = 0; i < rest->n; i++)
			if (rest->p[i] == ';' || is_space(rest->p[i]))
				break;
		*rest = span_skip(*rest, i);
		value.n = (size_t)(rest->p - value.p);
		word = skip_space(*rest);
		if (word.n == 0 || word.p[0] == ';' || word.p[0] == '(' ||
		    attribute_follows(word))
			break;
		*rest = word;
	}
	return value;
}

/* The next attribute; all else is passed over, as the media type in front. */
static bool
next_attribute(struct span *rest, struct attribute *a)
{
	struct span s;

	for (;;) {
		while (rest->n > 0 && (rest->p[0] == ';' || rest->p[0] == '/'))
			*rest = span_skip(*rest, 1);
		a->name = field_token(rest);
		s = skip_space(*rest);
		if (s.n == 0)
			return false;
		if (a->name.n > 0 && s.p[0] == '=')
			break;
		*rest = span_skip(s, a->name.n > 0 ? 0 : 1);
	}
	s = span_skip(s, 1);
	field_skip(&s);
	*rest = s;
	a->quoted = s.n > 0 && s.p[0] == '"';
	a->value = a->quoted ? quoted_string(rest) : bare_value(rest);
	return true;
}

/* "name*", "name*0", "name*0*": the number, or -1 when it is none of them. */
static int
section_number(struct span suffix, bool *encoded)
{
	size_t i;
	int n = 0;

	*encoded = suffix.n > 0 && suffix.p[suffix.n - 1] == '*';
	if (*encoded)
		suffix.n--;
	if (suffix.n == 0)
		return *encoded ? 0 : -1;
	if (suffix.p[0] != '*' || suffix.n < 2)
		return -1;
	for (i = 1; i < suffix.n; i++) {
		if (suffix.p[i] < '0' || suffix.p[i] > '9')
			return -1;
		if ((n = n * 10 + suffix.p[i] - '0') >= SECTIONS)
			return -1;
	}
	return n;
}

static void
add_section(struct parameter *p, const struct attribute *a, struct span suffix)
{
	bool encoded;
	int n = section_number(suffix, &encoded);

	if (n == -1)
		return;
	if (!p->has_sections)
		memset(p->section, 0, sizeof p->section);
	p->has_sections = true;
	if (!p->section[n].set)
		p->section[n] = (struct section){
			.value = a->value,
			.set = true,
			.quoted = a->quoted,
			.encoded = encoded,
		};
}

/* Collect what belongs to `name`; of what occurs twice the first counts. */
static void
collect(struct span value, const char *name, struct parameter *p)
{
	struct attribute a;
	size_t n = strlen(name);

	p->has_plain = p->has_sections = false;
	while (next_attribute(&value, &a)) {
		if (!span_begins_nocase(a.name, name))
			continue;
		if (a.name.n > n) {
			add_section(p, &a, span_skip(a.name, n));
		} else if (!p->has_plain) {
			p->has_plain = true;
			p->plain = a;
		}
	}
}

/* Whether a value has neither quoting nor a fold, as most have not. */
static bool
is_verbatim(struct span v)
{
	return v.n > 0 && memchr(v.p, '\\', v.n) == NULL &&
	       memchr(v.p, '\n', v.n) == NULL && memchr(v.p, '\r', v.n) == NULL;
}

/* Copy a value to `out`, which has the room: without quoting and folds. */
static size_t
copy_plain(struct span v, bool quoted, char *out)
{
	size_t i, n = 0;

	for (i = 0; i < v.n; i++) {
		if (quoted && v.p[i] == '\\' && i + 1 < v.n)
			out[n++] = v.p[++i];
		else if (v.p[i] != '\r' && v.p[i] != '\n')
			out[n++] = v.p[i];
	}
	return n;
}

/* The same with %XX undone. */
static size_t
copy_encoded(struct span v, char *out)
{
	size_t i, n = 0;
	int c;

	v = span_trim(v);
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"') {
		v = span_skip(v, 1); /* quoted although it must not be */
		v.n--;
	}
	for (i = 0; i < v.n; i++) {
		if (v.p[i] == '%' && v.n - i > 2 &&
		    (c = transfer_hex(v.p + i + 1)) != -1) {
			out[n++] = (char)c;
			i += 2;
		} else if (v.p[i] != '\r' && v.p[i] != '\n') {
			out[n++] = v.p[i];
		}
	}
	return n;
}

/* "charset'language'" in front of the first section (RFC 2231 §4). */
static struct span
take_charset(struct span *v)
{
	const char *a = v->n > 0 ? memchr(v->p, '\'', v->n) : NULL, *b;
	struct span charset = { "", 0 };
	size_t left;

	if (a == NULL)
		return charset;
	left = v->n - (size_t)(a + 1 - v->p);
	if (left == 0 || (b = memchr(a + 1, '\'', left)) == NULL)
		return charset;
	charset = (struct span){ v->p, (size_t)(a - v->p) };
	*v = span_skip(*v, (size_t)(b + 1 - v->p));
	return charset;
}

static struct span
join_sections(struct section *s, struct arena *arena, struct span *charset)
{
	struct span out = { NULL, 0 };
	size_t i, total = 0;
	char *p;

	*charset = (struct span){ "", 0 };
	if (s[0].encoded)
		*charset = take_charset(&s[0].value);
	for (i = 0; i < SECTIONS && s[i].set; i++)
		total += s[i].value.n;
	out.p = p = arena_alloc(arena, total + 1);
	for (i = 0; i < SECTIONS && s[i].set; i++) {
		if (s[i].encoded)
			out.n += copy_encoded(s[i].value, p + out.n);
		else
			out.n += copy_plain(s[i].value, s[i].quoted, p + out.n);
	}
	return out;
}

struct span
parameter_bytes(struct span value, const char *name, struct arena *arena,
    struct span *charset)
{
	struct parameter p;
	struct span out = { NULL, 0 };
	char *copy;

	*charset = out;
	collect(value, name, &p);
	if (p.has_sections && p.section[0].set)
		return join_sections(p.section, arena, charset);
	if (!p.has_plain)
		return out;
	if (is_verbatim(p.plain.value))
		return p.plain.value;
	out.p = copy = arena_alloc(arena, p.plain.value.n + 1);
	out.n = copy_plain(p.plain.value, p.plain.quoted, copy);
	return out;
}

const char *
parameter_text(struct span value, const char *name, struct arena *arena)
{
	struct span charset;
	struct span bytes = parameter_bytes(value, name, arena, &charset);

	if (bytes.p == NULL)
		return NULL;
	return charset_text(charset, bytes, arena);
}
