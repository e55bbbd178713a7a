#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "store/name_list.h"

enum {
	LONGEST_REST = sizeof " and 18446744073709551615 more"
};

static int
by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int
by_sessions(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	if (x->sessions != y->sessions)
		return x->sessions > y->sessions ? -1 : 1;
	return by_name(a, b);
}

/* Sort them by name and make one of equal names; returns how many are left. */
static size_t
merge(struct named *list, size_t n)
{
	size_t i, kept = 0;

	qsort(list, n, sizeof *list, by_name);
	for (i = 0; i < n; i++) {
		if (list[i].name[0] == '\0')
			continue;
		if (kept > 0 && strcmp(list[kept - 1].name, list[i].name) == 0)
			list[kept - 1].sessions = saturating_count(
			    list[kept - 1].sessions, list[i].sessions);
		else
			list[kept++] = list[i];
	}
	return kept;
}

const char *
name_list(struct named *list, size_t n, struct arena *a)
{
	size_t all, i, room = LONGEST_REST, len;
	char *out, *p;

	if (n == 0)
		return "";
	n = all = merge(list, n);
	if (all > MOST_NAMED) {
		n = MOST_NAMED;
		qsort(list, all, sizeof *list, by_sessions);
		qsort(list, n, sizeof *list, by_name);
	}
	for (i = 0; i < n; i++)
		room += strlen(list[i].name) + 1;
	p = out = arena_alloc(a, room);
	for (i = 0; i < n; i++) {
		if (i > 0)
			*p++ = ' ';
		len = strlen(list[i].name);
		memcpy(p, list[i].name, len);
		p += len;
	}
	if (all > n)
		snprintf(p, LONGEST_REST, " and %zu more", all - n);
	return out;
}
