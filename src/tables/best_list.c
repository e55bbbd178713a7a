#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "tables/best_list.h"

/* Move the strings of all items into an arena of their own, freeing the old. */
static void
move_strings(struct best_list *b, struct arena *to)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		b->copy(to, b->item + i * b->size);
	arena_free(&b->mem);
}

static void
sort(struct best_list *b)
{
	if (b->n > 0)
		qsort(b->item, b->n, b->size, b->compare);
	if (b->n > b->limit) {
		b->left_out += b->n - b->limit;
		b->n = b->limit;
	}
}

/* Make room: of twice the limit the worse half goes. */
static void
cut(struct best_list *b)
{
	struct arena kept = { 0 };

	sort(b);
	move_strings(b, &kept);
	b->mem = kept;
	b->full = true;
}

void
best_list_add(struct best_list *b, const void *item)
{
	if (b->full &&
	    b->compare(item, b->item + (b->limit - 1) * b->size) > 0) {
		b->left_out++;
		return;
	}
	if (b->item == NULL)
		b->item = xreallocarray(NULL, 2 * b->limit, b->size);
	memcpy(b->item + b->n * b->size, item, b->size);
	b->copy(&b->mem, b->item + b->n++ * b->size);
	if (b->n == 2 * b->limit)
		cut(b);
}

void *
best_list_take(struct best_list *b, struct arena *mem, size_t *n)
{
	void *items;

	sort(b);
	move_strings(b, mem);
	*n = b->n;
	items = arena_alloc(mem, (b->n + 1) * b->size);
	if (b->n > 0)
		memcpy(items, b->item, b->n * b->size);
	best_list_free(b);
	return items;
}

void
best_list_free(struct best_list *b)
{
	arena_free(&b->mem);
	free(b->item);
	b->item = NULL;
	b->n = 0;
}
