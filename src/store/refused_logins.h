#ifndef STORE_REFUSED_LOGINS_H
#define STORE_REFUSED_LOGINS_H

#include <stdint.h>

struct fault;
struct store;

enum {
	REFUSAL_SALT = 16,
	REFUSAL_DIGEST = 32,
	REFUSAL_TEXT = 600
};

/* A login that was refused, and by what the secret is known again. */
struct store_refusal {
	int64_t when; /* seconds since 1970 */
	char error[REFUSAL_TEXT];
	unsigned char salt[REFUSAL_SALT];
	unsigned char digest[REFUSAL_DIGEST];
};

/* Of that mailbox: 1, 0 when there is none, or -1. */
int store_find_refusal(
    struct store *, const char *name, struct store_refusal *, struct fault *);

/* One a mailbox; it takes the place of the one before. */
int store_note_refusal(struct store *, const char *name,
    const struct store_refusal *, struct fault *);
int store_drop_refusal(struct store *, const char *name, struct fault *);

#endif
