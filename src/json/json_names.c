#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/span.h"
#include "base/utf8.h"
#include "json/json_names.h"

struct json_name {
	size_t at, n; /* in the text, or in the side buffer */
	bool is_aside;
};

struct json_names_of
json_names_begin(const struct json_names *ns)
{
	return (struct json_names_of){ ns->n, ns->side_n };
}

/* The four digits of a checked \u escape. */
static unsigned
utf16_unit(const char *p)
{
	unsigned v = 0;
	int i;

	for (i = 0; i < 4; i++)
		v = v << 4 | (unsigned)hex_digit(p[i]);
	return v;
}

/* The character of the checked escape at `p`, and the escape's length. */
static unsigned
escaped_character(const char *p, size_t *len)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *f;
	unsigned u;

	*len = 2;
	if (p[1] == 'u') {
		u = utf16_unit(p + 2);
		*len = 6;
		if (u < 0xd800 || u > 0xdbff)
			return u;
		*len = 12;
		return 0x10000 +
		       ((u & 0x3ff) << 10 | (utf16_unit(p + 8) & 0x3ff));
	}
	f = strchr(from, p[1]);
	return f != NULL ? (unsigned char)to[f - from] : (unsigned char)p[1];
}

/* Decode the inside of a checked string; `out` has room for raw.n bytes. */
static size_t
decode(struct span raw, char *out)
{
	size_t i, n = 0, len;

	for (i = 0; i < raw.n; i += len) {
		len = 1;
		if (raw.p[i] == '\\')
			n += utf8_encode(
			    escaped_character(raw.p + i, &len), out + n);
		else
			out[n++] = raw.p[i];
	}
	return n;
}

static struct span
name_of(const struct json_names *ns, const struct json_name *n)
{
	return (
	    struct span){ (n->is_aside ? ns->side : ns->text) + n->at, n->n };
}

static struct json_name
store(struct json_names *ns, struct span raw, bool escaped)
{
	struct json_name n = { .at = ns->side_n, .is_aside = true };

	if (!escaped)
		return (struct json_name){ .at = (size_t)(raw.p - ns->text),
			.n = raw.n };
	if (ns->side_room - ns->side_n < raw.n) {
		ns->side_room = (ns->side_n + raw.n) * 2;
		ns->side = xreallocarray(ns->side, ns->side_room, 1);
	}
	n.n = decode(raw, ns->side + ns->side_n);
	ns->side_n += n.n;
	return n;
}

/* Any total order will do. */
static int
order(struct span a, struct span b)
{
	if (a.n != b.n)
		return a.n < b.n ? -1 : 1;
	return a.n > 0 ? memcmp(a.p, b.p, a.n) : 0;
}

/*
 * The place of `name` among the `count` names at `base`, which are sorted.
 * `*found` tells whether it is there already.
 */
static size_t
find_place(const struct json_names *ns, const struct json_name *base,
    size_t count, struct span name, bool *found)
{
	size_t low = 0, high = count, mid;
	int o;

	*found = false;
	while (low < high) {
		mid = low + (high - low) / 2;
		o = order(name, name_of(ns, &base[mid]));
		if (o == 0) {
			*found = true;
			return mid;
		}
		if (o < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

bool
json_names_add(struct json_names *ns, const struct json_names_of *of,
    struct span raw, bool escaped, struct span *name)
{
	struct json_name n = store(ns, raw, escaped), *base;
	size_t count = ns->n - of->first, place;
	bool found;

	ns->name = xgrow(ns->name, ns->n, &ns->room, sizeof *ns->name);
	base = ns->name + of->first;
	*name = name_of(ns, &n);
	place = find_place(ns, base, count, *name, &found);
	if (found)
		return false;
	memmove(base + place + 1, base + place, (count - place) * sizeof *base);
	base[place] = n;
	ns->n++;
	return true;
}

void
json_names_end(struct json_names *ns, const struct json_names_of *of)
{
	ns->n = of->first;
	ns->side_n = of->side_first;
}

void
json_names_free(struct json_names *ns)
{
	free(ns->name);
	free(ns->side);
}
