#ifndef CMD_TOLD_STORE_H
#define CMD_TOLD_STORE_H

#include "store/store.h"

struct fault;
struct opened;

/*
 * Open the store on this machine that remembers what people were told about the
 * shared store that -d names (shared_store_told()); it holds no reports.
 * store_close() it; NULL with the fault.
 */
struct store *told_store_open(
    const struct opened *, enum store_access, struct fault *);

#endif
