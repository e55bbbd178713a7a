#ifndef STORE_STORE_COPY_H
#define STORE_STORE_COPY_H

#include <stdint.h>

struct fault;
struct store;

/*
 * Copy the store, as it was committed last, to a file of its own beside it,
 * FILE.vVERSION, which replaces an older one of that name: before a release
 * with a newer schema changes it.  It appears whole or not at all.  The caller
 * holds the write lock.  Returns 0, or -1 with a fault of exit code 74 that
 * names the copy.
 */
int store_copy(struct store *, int64_t version, struct fault *);

/*
 * The newest such copy of a version up to `most`: its path, which the caller
 * frees; NULL when there is none.
 */
char *store_copy_find(const struct store *, int64_t most);

#endif
