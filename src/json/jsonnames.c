#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "json/jsonnames.h"
#include "json/jsontext.h"

enum {
	FEW = 16, /* up to here names are compared one by one */
	FIRST_NAMES = 64
};

/* In the text, or, where `side` is set, in the side buffer. */
struct jsonname {
	uint32_t at;
	uint32_t len : 31;
	uint32_t side : 1;
};

struct jsonnames_mark
jsonnames_mark(const struct jsonnames *ns)
{
	return (struct jsonnames_mark){ ns->n, ns->side_n };
}

static struct span
name_of(const struct jsonnames *ns, const struct jsonname *n)
{
	return (struct span){ (n->side ? ns->side : ns->text) + n->at, n->len };
}

static struct jsonname
store(struct jsonnames *ns, struct span raw, bool escaped)
{
	struct jsonname n = { .len = (uint32_t)raw.n & 0x7fffffffU };

	if (!escaped) {
		n.at = (uint32_t)(raw.p - ns->text);
		return n;
	}
	if (ns->side_cap - ns->side_n < raw.n) {
		ns->side_cap = (ns->side_n + raw.n) * 2;
		ns->side = xreallocarray(ns->side, ns->side_cap, 1);
	}
	n.at = (uint32_t)ns->side_n;
	n.len = (uint32_t)jsontext_unescape(raw, ns->side + ns->side_n) &
		0x7fffffffU;
	n.side = 1;
	ns->side_n += n.len;
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
 * The place of `name` among the `count` sorted ones at `base`; whether it is
 * there already goes to `*found`.
 */
static size_t
find_place(const struct jsonnames *ns, const struct jsonname *base,
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

/* Sort the first names of an object, by insertion, as it grows beyond few. */
static void
sort(const struct jsonnames *ns, struct jsonname *base, size_t count)
{
	struct jsonname n;
	size_t i, place;
	bool found;

	for (i = 1; i < count; i++) {
		n = base[i];
		place = find_place(ns, base, i, name_of(ns, &n), &found);
		memmove(
		    base + place + 1, base + place, (i - place) * sizeof *base);
		base[place] = n;
	}
}

static bool
is_among(const struct jsonnames *ns, const struct jsonname *base, size_t count,
    struct span name)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (base[i].len == name.n &&
		    order(name, name_of(ns, &base[i])) == 0)
			return true;
	return false;
}

bool
jsonnames_add(struct jsonnames *ns, struct jsonnames_mark mark, struct span raw,
    bool escaped, struct span *name)
{
	struct jsonname n = store(ns, raw, escaped), *base;
	size_t count = ns->n - mark.n, place = count;
	bool found;

	*name = name_of(ns, &n);
	if (ns->n == ns->cap) {
		ns->cap = ns->cap > 0 ? ns->cap * 2 : FIRST_NAMES;
		ns->name = xreallocarray(ns->name, ns->cap, sizeof *ns->name);
	}
	base = ns->name + mark.n;
	if (count < FEW) {
		found = is_among(ns, base, count, *name);
	} else {
		if (count == FEW)
			sort(ns, base, count);
		place = find_place(ns, base, count, *name, &found);
	}
	if (found)
		return false;
	memmove(base + place + 1, base + place, (count - place) * sizeof *base);
	base[place] = n;
	ns->n++;
	return true;
}

void
jsonnames_drop(struct jsonnames *ns, struct jsonnames_mark mark)
{
	ns->n = mark.n;
	ns->side_n = mark.side_n;
}

void
jsonnames_free(struct jsonnames *ns)
{
	free(ns->name);
	free(ns->side);
}
