#ifndef LEDGER_MECHANISMS_H
#define LEDGER_MECHANISMS_H

#include <stddef.h>

struct fault;
struct store;

/*
 * The mechanism that last logged a mailbox in, which is tried first the next
 * time: a server may offer a stronger one that it then refuses.  "" when none
 * is known; cut to `size`.
 */
int store_find_mechanism(struct store *, const char *mailbox, char *mechanism,
    size_t size, struct fault *);

/* Note it, unless it is noted already. */
int store_note_mechanism(
    struct store *, const char *mailbox, const char *mechanism, struct fault *);

#endif
