#include <errno.h>
#include <string.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>

#include "base/alloc.h"
#include "report/reading.h"

enum {
	/* of a longer string, no more is decoded: enough to cut it from */
	DECODE_MAX = 64 * 1024
};

void
strings_begin(struct reading *r)
{
	json_object_put(r->strings);
	r->strings = NULL;
	r->n_strings = 0;
	buf_reset(&r->room);
}

static char *
make_room(struct reading *r, size_t n)
{
	size_t room;
	char *to = buf_room(&r->room, n, &room);

	if (room < n)
		out_of_memory();
	return to;
}

static size_t
copy(struct span s, char *to)
{
	memcpy(to, s.p, s.n);
	return s.n;
}

size_t
strings_add(struct reading *r, const struct jsontext_node *n)
{
	struct span raw;
	char *to;

	if (n == NULL || n->type != JSONTEXT_STRING)
		return READING_NO_STRING;
	raw = jsontext_front(jsontext_raw(&r->json, n), DECODE_MAX);
	to = make_room(r, raw.n + 3);
	*to++ = r->n_strings > 0 ? ',' : '[';
	*to++ = '"';
	if (n->escaped)
		to += jsontext_undo_pairs(raw, to);
	else
		to += copy(raw, to);
	*to++ = '"';
	r->room.len = (size_t)(to - r->room.data);
	return r->n_strings++;
}

void
strings_decode(struct reading *r)
{
	if (r->n_strings == 0)
		return;
	*make_room(r, 1) = ']';
	r->room.len++;
	json_tokener_reset(r->tokener);
	errno = 0;
	r->strings =
	    json_tokener_parse_ex(r->tokener, r->room.data, (int)r->room.len);
	/* The text was checked: nothing else is left.  json-c 0.16 overlooks
	 * that a string could not grow, and leaves a piece of it out. */
	if (r->strings == NULL || errno == ENOMEM)
		out_of_memory();
}

struct span
strings_get(const struct reading *r, size_t i)
{
	struct json_object *s;

	if (i == READING_NO_STRING)
		return (struct span){ "", 0 };
	s = json_object_array_get_idx(r->strings, i);
	return (struct span){ json_object_get_string(s),
		(size_t)json_object_get_string_len(s) };
}
