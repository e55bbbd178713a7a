#ifndef POLL_LOGIN_REFUSAL_H
#define POLL_LOGIN_REFUSAL_H

#include <stdint.h>

#include "imap/imap.h"

struct fault;
struct store;

/*
 * What the store remembers of a login that was refused, so that the same secret
 * is not sent again and again: accounts get locked for that.
 */

/*
 * 1 when this very login was refused before, with the fault (77) that says so;
 * 0 when it may be tried, with `*noted` whether another one was refused; -1
 * when the store failed.
 */
int login_refusal_find(
    struct store *, const struct imap_account *, bool *noted, struct fault *);

/*
 * Remember what a login came to: its refusal, with that message, or that all is
 * well again, when `noted` says that there is something to forget.
 */
int login_refusal_update(struct store *, const struct imap_account *,
    enum imap_secret fate, bool noted, const char *error, struct fault *);

/* Add to a refusal when the login last worked, when it ever did. */
void login_refusal_add_last_good(struct fault *, int64_t last_good);

#endif
