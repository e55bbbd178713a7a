#ifndef CMD_TOLD_STORE_H
#define CMD_TOLD_STORE_H

#include "store/store.h"

struct fault;
struct opened;

/*
 * Open what remembers on this machine what people were told of the shared store
 * that is read (config/shared_store.h): a store of its own, without a report.
 * store_close() it; NULL with the fault.
 */
struct store *told_store_open(
    const struct opened *, enum store_access, struct fault *);

#endif
