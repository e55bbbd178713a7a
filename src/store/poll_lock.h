#ifndef STORE_POLL_LOCK_H
#define STORE_POLL_LOCK_H

#include "store/store.h"

/*
 * Take the lock of a poll, the file `path`, which is made if need be and
 * belongs to the owner of the file `store`; `*fd` holds it until lock_drop().
 * A fault with exit code 75 names the process that has it.  STORE_TRY makes no
 * file: where there is none, `*fd` stays as it is.
 */
int lock_take(const char *path, const char *store, enum store_access, int *fd,
    struct fault *);
void lock_drop(int fd); /* -1 is legal */

#endif
