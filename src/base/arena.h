#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/*
 * Memory that is freed all at once, such as that of one report with all its
 * policies.  Initialize with { 0 }; the first use allocates.
 */
struct arena {
	struct arena_block *block; /* newest first */
	size_t total;		   /* bytes handed out since the last reset */
};

/* `size` zeroed bytes, aligned for any type, that live until the reset. */
void *arena_alloc(struct arena *, size_t size);

/*
 * Make room for one more in an array of `n` elements of `size` bytes: `array`
 * itself, or a copy with twice the room.  `*room` is how many it holds (0: none
 * yet, `array` NULL).
 */
void *arena_grow(
    struct arena *, void *array, size_t n, size_t *room, size_t size);

/* A terminated copy of the `n` bytes at `s`. */
char *arena_strndup(struct arena *, const char *s, size_t n);
char *arena_strdup(struct arena *, const char *s);
char *arena_printf(struct arena *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Forget all that was handed out; the first block is kept for the next use. */
void arena_reset(struct arena *);
void arena_free(struct arena *);

#endif
