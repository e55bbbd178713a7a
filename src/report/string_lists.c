#include <string.h>

#include "report/host_name.h"
#include "report/reading.h"

enum {
	NESTED_MAX = 64 * 1024, /* bytes of JSON text in a string */
	FIRST_LINES = 8
};

/* Strings that are collected, before their number is known. */
struct lines {
	const char **line;
	size_t n, cap;
};

static void
list_grow(struct reading *r, struct lines *l)
{
	const char **line;

	if (l->n < l->cap)
		return;
	l->cap = l->cap > 0 ? l->cap * 2 : FIRST_LINES;
	line = arena_alloc(r->arena, l->cap * sizeof *line);
	if (l->n > 0)
		memcpy(line, l->line, l->n * sizeof *line);
	l->line = line;
}

/* Keep one more string, as far as the report's policies may have any. */
static bool
add_line(struct reading *r, struct lines *l, const char *text, enum member m)
{
	if (r->lines == 0) {
		reading_warn(r, CODE_TEXT_TRUNCATED, m);
		return false;
	}
	r->lines--;
	list_grow(r, l);
	l->line[l->n++] = text;
	return true;
}

/* Take the next line that is not empty off the front of `*rest`. */
static bool
next_line(struct span *rest, struct span *line)
{
	size_t i;

	do {
		for (i = 0;
		     i < rest->n && rest->p[i] != '\r' && rest->p[i] != '\n';
		     i++)
			continue;
		*line = (struct span){ rest->p, i };
		*rest = span_skip(*rest, i + 1);
	} while (line->n == 0 && rest->n > 0);
	return line->n > 0;
}

/* Whether `s` is JSON text of an array of strings, and its record. */
static bool
is_nested(struct span s, struct jsontext *t)
{
	static const struct jsontext_shape array = { .elements = NESTED_MAX };
	struct jsontext_fault fault = { 0 };
	const struct jsontext_node *e;

	if (s.n == 0 || s.p[0] != '[' || s.n > NESTED_MAX ||
	    jsontext_scan(s, 1, &array, t, &fault) == -1)
		return false;
	for (e = members_first(t, t->node); e != NULL;
	     e = members_next(t, t->node, e))
		if (e->type != JSONTEXT_STRING)
			return false;
	return true;
}

/* A TLSA set that was put into one string as JSON text. */
static void
add_nested(struct reading *r, struct lines *l, const struct jsontext *t)
{
	const struct jsontext_node *e;
	char text[NESTED_MAX];
	struct span s = { text, 0 };

	reading_warn(r, CODE_POLICY_STRING_NESTED, MEMBER_STRING);
	for (e = members_first(t, t->node); e != NULL;
	     e = members_next(t, t->node, e)) {
		s.n = jsontext_unescape(jsontext_raw(t, e), text);
		if (!add_line(r, l, reading_keep(r, s, MEMBER_STRING, true),
			MEMBER_STRING))
			return;
	}
}

void
list_add(struct reading *r, const struct jsontext_node *n, struct list *list)
{
	const struct jsontext_node *e;

	*list = (struct list){ .node = n, .first = r->n_strings };
	if (!member_given(n))
		return;
	if (n->type == JSONTEXT_STRING) {
		strings_add(r, n);
	} else {
		for (e = members_first(&r->json, n); e != NULL;
		     e = members_next(&r->json, n, e))
			if (strings_add(r, e) == READING_NO_STRING)
				list->nulls = true;
	}
	list->n = r->n_strings - list->first;
}

/* What both kinds of list have in common: warnings, and the content. */
static void
begin(struct reading *r, const struct list *list, enum member m)
{
	size_t i;

	if (list->node == NULL)
		return;
	if (list->nulls || list->node->type == JSONTEXT_NULL)
		reading_warn(r, CODE_NULL_FIELD, m);
	if (list->node->type == JSONTEXT_STRING)
		reading_warn(r, CODE_STRING_NOT_ARRAY, m);
	else if (list->node->type == JSONTEXT_ARRAY)
		content_array(&r->content, m, list->n);
	for (i = 0; i < list->n; i++)
		content_string(&r->content, m, strings_get(r, list->first + i));
	if (list->node->cut) {
		reading_warn(r, CODE_TEXT_TRUNCATED, m);
		content_string(
		    &r->content, m, jsontext_raw(&r->json, list->node));
	}
}

/* One string of policy-string: one line, or more where arrays are not used. */
static void
add_policy_string(
    struct reading *r, const struct list *list, struct lines *l, struct span s)
{
	struct jsontext nested = { 0 };
	struct span line;

	if (is_nested(span_trim(s), &nested)) {
		add_nested(r, l, &nested);
	} else if (list->node->type != JSONTEXT_STRING) {
		add_line(r, l, reading_keep(r, s, MEMBER_STRING, true),
		    MEMBER_STRING);
	} else {
		while (
		    next_line(&s, &line) &&
		    add_line(r, l, reading_keep(r, line, MEMBER_STRING, true),
			MEMBER_STRING))
			continue;
	}
	jsontext_free(&nested);
}

size_t
list_policy_strings(
    struct reading *r, const struct list *list, const char *const **out)
{
	struct lines l = { 0 };
	size_t i;

	begin(r, list, MEMBER_STRING);
	for (i = 0; i < list->n; i++)
		add_policy_string(r, list, &l, strings_get(r, list->first + i));
	*out = l.line;
	return l.n;
}

/* A pattern, without the "mx:" of the policy line (RFC 8461 §3.2). */
static const char *
mx_pattern(struct reading *r, struct span s)
{
	if (span_begins_nocase(s, "mx:")) {
		reading_warn(r, CODE_MX_HOST_PREFIX, MEMBER_MX_HOST);
		s = span_trim(span_skip(s, 3));
	}
	s = span_of(reading_keep(r, s, MEMBER_MX_HOST, false));
	return name_host(s, r->arena, &r->conversions);
}

static void
add_mx_host(
    struct reading *r, const struct list *list, struct lines *l, struct span s)
{
	struct span line;

	if (list->node->type != JSONTEXT_STRING) {
		add_line(r, l, mx_pattern(r, s), MEMBER_MX_HOST);
		return;
	}
	while (next_line(&s, &line))
		if (!add_line(r, l, mx_pattern(r, line), MEMBER_MX_HOST))
			return;
}

size_t
list_mx_hosts(
    struct reading *r, const struct list *list, const char *const **out)
{
	struct lines l = { 0 };
	size_t i;

	begin(r, list, MEMBER_MX_HOST);
	for (i = 0; i < list->n; i++)
		add_mx_host(r, list, &l, strings_get(r, list->first + i));
	*out = l.line;
	return l.n;
}
