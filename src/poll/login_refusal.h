#ifndef POLL_LOGIN_REFUSAL_H
#define POLL_LOGIN_REFUSAL_H

#include <stdint.h>

#include "imap/imap.h"

struct fault;
struct store;

/*
 * The store remembers a login that the server refused, so that the same secret
 * is not sent again and again, for which providers lock accounts.
 */

/*
 * Find out whether this login was refused before.  Returns 1, with a fault of
 * exit code 77 that says so; 0 when it may be tried; or -1 when the store
 * failed.  `*noted` tells whether the store has a refusal of this mailbox,
 * be it with other settings.
 */
int login_refusal_find(
    struct store *, const struct imap_account *, bool *noted, struct fault *);

/*
 * Record how a login ended: remember a refusal with the server's message
 * `error`, or, after a success, drop the refusal that `noted` says is there.
 */
int login_refusal_update(struct store *, const struct imap_account *,
    enum imap_secret fate, bool noted, const char *error, struct fault *);

/* Add the day of the last good poll to the text of a refusal; 0: no day. */
void login_refusal_add_last_good(struct fault *, int64_t last_good);

#endif
