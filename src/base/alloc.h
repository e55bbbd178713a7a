#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stddef.h>

/*
 * Allocation that never returns NULL.  When memory runs out, the program ends
 * with one line and exit code 70; that is safe, since every import is one
 * transaction.  Sizes that outsiders choose must be bounded before.
 */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xreallocarray(void *p, size_t count, size_t size);

/*
 * Make room for one more in an array of `n` elements of `size` bytes: `p`, or
 * twice the room elsewhere.  `*room` is how many it holds (0: none yet, p
 * NULL).
 */
void *xgrow(void *p, size_t n, size_t *room, size_t size);

char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* End the program likewise, after a library had no memory. */
void out_of_memory(void) __attribute__((noreturn));

#endif
