#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"

enum {
	BLOCK = 16 * 1024,
	FIRST_ROOM = 16 /* elements of an array that begins to grow */
};

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	alignas(max_align_t) char data[];
};

static size_t
round_up(size_t n)
{
	size_t a = alignof(max_align_t);

	return (n + a - 1) / a * a;
}

static struct arena_block *
grow(struct arena *a, size_t size)
{
	size_t n = size > BLOCK ? size : BLOCK;
	struct arena_block *b = xmalloc(sizeof *b + n);

	b->next = a->block;
	b->size = n;
	b->used = 0;
	a->block = b;
	return b;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->block;
	void *p;

	size = round_up(size);
	if (b == NULL || b->size - b->used < size)
		b = grow(a, size);
	p = b->data + b->used;
	b->used += size;
	a->total += size;
	return memset(p, 0, size);
}

void *
arena_grow(struct arena *a, void *array, size_t n, size_t *room, size_t size)
{
	void *larger;

	if (n < *room)
		return array;
	*room = *room > 0 ? 2 * *room : FIRST_ROOM;
	larger = arena_alloc(a, *room * size);
	if (n > 0)
		memcpy(larger, array, n * size);
	return larger;
}

char *
arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *p = arena_alloc(a, n + 1);

	if (n > 0)
		memcpy(p, s, n);
	return p;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory();
	s = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void
arena_reset(struct arena *a)
{
	struct arena_block *b;

	while ((b = a->block) != NULL && b->next != NULL) {
		a->block = b->next;
		free(b);
	}
	if (b != NULL)
		b->used = 0;
	a->total = 0;
}

void
arena_free(struct arena *a)
{
	arena_reset(a);
	free(a->block);
	a->block = NULL;
}
