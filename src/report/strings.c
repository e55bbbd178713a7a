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
	json_object_put(r->decoded);
	r->decoded = NULL;
	r->n_strings = r->n_escaped = 0;
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

/* One more element of the array that json-c gets. */
static void
add_escaped(struct reading *r, struct span raw)
{
	char *to = make_room(r, raw.n + 3);

	*to++ = r->n_escaped++ > 0 ? ',' : '[';
	*to++ = '"';
	to += jsontext_undo_pairs(raw, to);
	*to++ = '"';
	r->room.len = (size_t)(to - r->room.data);
}

size_t
strings_add(struct reading *r, const struct jsontext_node *n)
{
	struct reading_string s;

	if (n == NULL || n->type != JSONTEXT_STRING)
		return READING_NO_STRING;
	s.text = jsontext_front(jsontext_raw(&r->json, n), DECODE_MAX);
	s.escaped = n->escaped;
	if (s.escaped)
		add_escaped(r, s.text);
	if (r->n_strings == r->strings_cap) {
		r->strings_cap = r->strings_cap > 0 ? 2 * r->strings_cap : 16;
		r->string =
		    xreallocarray(r->string, r->strings_cap, sizeof *r->string);
	}
	r->string[r->n_strings] = s;
	return r->n_strings++;
}

void
strings_decode(struct reading *r)
{
	struct json_object *o;
	size_t i, n = 0;

	if (r->n_escaped == 0)
		return;
	*make_room(r, 1) = ']';
	r->room.len++;
	json_tokener_reset(r->tokener);
	errno = 0;
	r->decoded =
	    json_tokener_parse_ex(r->tokener, r->room.data, (int)r->room.len);
	/* The text was checked: nothing else is left.  json-c 0.16 overlooks
	 * that a string could not grow, and leaves a piece of it out. */
	if (r->decoded == NULL || errno == ENOMEM)
		out_of_memory();
	for (i = 0; i < r->n_strings; i++) {
		if (!r->string[i].escaped)
			continue;
		o = json_object_array_get_idx(r->decoded, n++);
		r->string[i].text.p = json_object_get_string(o);
		r->string[i].text.n = (size_t)json_object_get_string_len(o);
	}
}

struct span
strings_get(const struct reading *r, size_t i)
{
	if (i == READING_NO_STRING)
		return (struct span){ "", 0 };
	return r->string[i].text;
}
