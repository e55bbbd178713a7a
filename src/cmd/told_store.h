#ifndef CMD_TOLD_STORE_H
#define CMD_TOLD_STORE_H

#include <stdbool.h>

struct fault;
struct opened;
struct store;

/*
 * Open the store that remembers what people were told about the store that the
 * configuration or -d names: that store itself; or, about a shared store, which
 * its readers cannot write, one on this machine (shared_store_told()) that
 * holds no reports.  It is opened to be written; for a dry run only to be read,
 * and that of a shared store need not be there.  store_close() it; NULL with
 * the fault.
 */
struct store *told_store_open(
    const struct opened *, bool dry_run, struct fault *);

#endif
