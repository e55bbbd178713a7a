#ifndef LEDGER_REFUSED_LOGINS_H
#define LEDGER_REFUSED_LOGINS_H

#include <stdint.h>

struct fault;
struct store;

enum {
	REFUSAL_SALT = 16,
	REFUSAL_DIGEST = 32,
	REFUSAL_TEXT = 600
};

/*
 * A login that the server refused, with a salted digest of the secret, so that
 * a changed secret can be told from the one that was refused.
 */
struct store_refusal {
	int64_t when; /* seconds since 1970 */
	char error[REFUSAL_TEXT];
	unsigned char salt[REFUSAL_SALT];
	unsigned char digest[REFUSAL_DIGEST];
};

/* Find the refused login of a mailbox: 1, 0 when there is none, or -1. */
int store_find_refusal(
    struct store *, const char *name, struct store_refusal *, struct fault *);

/* Note a mailbox's refused login in place of the one before, or forget it. */
int store_note_refusal(struct store *, const char *name,
    const struct store_refusal *, struct fault *);
int store_drop_refusal(struct store *, const char *name, struct fault *);

#endif
