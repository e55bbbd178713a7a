#ifndef BASE_SIDE_BY_SIDE_H
#define BASE_SIDE_BY_SIDE_H

#include <stddef.h>

/*
 * Call fn(arg, i) for each i below `n`, in threads, `most` of them at the same
 * time, and return when all are done.  What waits long is what this is for:
 * each i is taken by the thread that is free.  The threads take no signals.
 */
void side_by_side(
    size_t most, size_t n, void (*fn)(void *arg, size_t i), void *arg);

#endif
