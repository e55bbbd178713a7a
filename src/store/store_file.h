#ifndef STORE_STORE_FILE_H
#define STORE_STORE_FILE_H

#include "store/store.h"

/*
 * Find the file of a store, or make it for STORE_WRITE, and put its path into
 * `st->file`, allocated: absolute and without links, so that a store which is
 * reached by several names has one log and one lock.  "" stands for a STORE_TRY
 * store without a file.  No link is followed in a folder that others may write.
 */
int store_file_find(struct store *, struct fault *);

/* Remember which files are open, for store_is_in_place(). */
void store_file_note(struct store *);

#endif
