#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/span.h"
#include "model/domain_setup.h"
#include "published/txt_record.h"

enum {
	NAME_MOST = 32 /* characters of a field's name */
};

struct span
txt_joined(const struct txt_record *r, struct arena *arena)
{
	size_t i, n = 0;
	char *text;

	for (i = 0; i < r->n; i++)
		n += r->string[i].n;
	text = arena_alloc(arena, n + 1);
	for (i = 0, n = 0; i < r->n; n += r->string[i++].n)
		if (r->string[i].n > 0)
			memcpy(text + n, r->string[i].p, r->string[i].n);
	return (struct span){ text, n };
}

/* Write a string in quotes, four bytes at most for each of its own. */
static char *
put_quoted(char *out, struct span s)
{
	size_t i;

	*out++ = '"';
	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			*out++ = '\\';
		if (s.p[i] >= ' ' && s.p[i] < 0x7f)
			*out++ = s.p[i];
		else
			out += sprintf(out, "\\%03u", (unsigned char)s.p[i]);
	}
	*out++ = '"';
	return out;
}

const char *
txt_shown(const struct txt_record *r, struct arena *arena)
{
	size_t i, n = 0;
	char *text, *out;

	for (i = 0; i < r->n; i++)
		n += 4 * r->string[i].n + 3;
	out = text = arena_alloc(arena, n + 1);
	for (i = 0; i < r->n; i++) {
		if (i > 0)
			*out++ = ' ';
		out = put_quoted(out, r->string[i]);
	}
	return text;
}

size_t
txt_count(const struct txt_answer *answer, const char *prefix,
    struct arena *arena, const struct txt_record **first)
{
	size_t i, n = 0, len = strlen(prefix);
	struct span text;

	for (i = 0; i < answer->n; i++) {
		text = txt_joined(&answer->record[i], arena);
		if (text.n < len || memcmp(text.p, prefix, len) != 0)
			continue;
		if (n++ == 0)
			*first = &answer->record[i];
	}
	return n;
}

bool
txt_is_field_name(struct span s)
{
	size_t i;

	if (s.n == 0 || s.n > NAME_MOST || !ascii_is_alnum(s.p[0]))
		return false;
	for (i = 1; i < s.n; i++)
		if (!ascii_is_alnum(s.p[i]) && s.p[i] != '_' && s.p[i] != '-' &&
		    s.p[i] != '.')
			return false;
	return true;
}

enum field_result
txt_next_field(struct span *rest, struct span *name, struct span *value)
{
	struct span field = *rest;
	const char *end, *equals;

	while (field.n > 0 && ascii_is_blank(field.p[0]))
		field = span_skip(field, 1);
	if (field.n == 0)
		return FIELD_END;
	end = memchr(field.p, ';', field.n);
	*rest = end != NULL ? span_skip(field, (size_t)(end - field.p) + 1)
			    : span_skip(field, field.n);
	if (end != NULL)
		field.n = (size_t)(end - field.p);
	while (field.n > 0 && ascii_is_blank(field.p[field.n - 1]))
		field.n--;
	if (field.n == 0 || (equals = memchr(field.p, '=', field.n)) == NULL)
		return FIELD_BROKEN;
	*name = (struct span){ field.p, (size_t)(equals - field.p) };
	*value = span_skip(field, name->n + 1);
	return txt_is_field_name(*name) ? FIELD_FOUND : FIELD_BROKEN;
}

bool
txt_is_extension_value(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == '=')
			return false;
	return s.n > 0;
}

bool
txt_has_blanks_behind(struct span s)
{
	size_t n = s.n;

	while (n > 0 && ascii_is_blank(s.p[n - 1]))
		n--;
	return n < s.n && n > 0 && s.p[n - 1] != ';';
}

struct span
txt_behind_version(struct span s, const char *version)
{
	static const struct span none = { NULL, 0 };
	size_t n = strlen(version);

	if (s.n < n || memcmp(s.p, version, n) != 0)
		return none;
	s = span_skip(s, n);
	while (s.n > 0 && ascii_is_blank(s.p[0]))
		s = span_skip(s, 1);
	return s.n == 0 || s.p[0] == ';' ? s : none;
}
