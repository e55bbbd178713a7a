#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

struct fault;
struct store;

/* Copy SQLite's log into the database whenever a commit finds it long. */
int checkpoint_install(struct store *, struct fault *);

#endif
