#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

struct store;

/* Copy SQLite's log into the database whenever a commit finds it long. */
void checkpoint_install(struct store *);

#endif
