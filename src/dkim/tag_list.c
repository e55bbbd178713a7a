#include <string.h>

#include "base/span.h"
#include "dkim/tag_list.h"

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_tag_name(struct span s)
{
	size_t i;

	if (s.n == 0 || !is_letter(s.p[0]))
		return false;
	for (i = 1; i < s.n; i++)
		if (!is_letter(s.p[i]) && s.p[i] != '_' &&
		    (s.p[i] < '0' || s.p[i] > '9'))
			return false;
	return true;
}

static bool
is_printable(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((s.p[i] < ' ' || s.p[i] > '~') && s.p[i] != '\t')
			return false;
	return true;
}

/* The front of `rest` up to a separator, which is taken as well. */
static struct span
take_until(struct span *rest, char separator)
{
	const char *end =
	    rest->n > 0 ? memchr(rest->p, separator, rest->n) : NULL;
	struct span s = *rest;

	if (end != NULL)
		s.n = (size_t)(end - rest->p);
	*rest = span_skip(*rest, s.n + 1);
	return span_trim(s);
}

static bool
has_tag(const struct tag_list *list, struct span name)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->tag[i].name.n == name.n &&
		    memcmp(list->tag[i].name.p, name.p, name.n) == 0)
			return true;
	return false;
}

static bool
add_tag(struct tag_list *list, struct span element)
{
	const char *sign = memchr(element.p, '=', element.n);
	struct span name, value;

	if (sign == NULL || list->n == TAG_LIST_MAX)
		return false;
	name = (struct span){ element.p, (size_t)(sign - element.p) };
	value = span_skip(element, name.n + 1);
	name = span_trim(name);
	if (!is_tag_name(name) || has_tag(list, name))
		return false;
	list->tag[list->n++] = (struct tag){ name, span_trim(value) };
	return true;
}

bool
tag_list_read(struct span text, struct tag_list *list)
{
	struct span element;

	list->n = 0;
	if (!is_printable(text))
		return false;
	text = span_trim(text);
	while (text.n > 0) {
		element = take_until(&text, ';');
		if (element.n == 0 || !add_tag(list, element))
			return false;
	}
	return list->n > 0;
}

const struct span *
tag_list_find(const struct tag_list *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (span_is(list->tag[i].name, name))
			return &list->tag[i].value;
	return NULL;
}

bool
tag_list_item(struct span *rest, struct span *item)
{
	bool more = rest->p != NULL;

	if (!more)
		return false;
	if (rest->n == 0 || memchr(rest->p, ':', rest->n) == NULL) {
		*item = span_trim(*rest);
		*rest = (struct span){ NULL, 0 };
		return true;
	}
	*item = take_until(rest, ':');
	return true;
}

bool
tag_list_has(struct span value, const char *word)
{
	struct span item;

	while (tag_list_item(&value, &item))
		if (span_is_nocase(item, word))
			return true;
	return false;
}
