#ifndef DKIM_PUBLIC_KEY_H
#define DKIM_PUBLIC_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "codes/codes.h"

struct signature;

enum {
	KEY_RECORDS_MAX = 3,	    /* of one name that are tried */
	KEY_RECORD_SIZE = 8 * 1024, /* bytes of one; a longer one is none */
	KEY_BITS_LEAST = 1024,	    /* RFC 8301 §3.2 */
	KEY_BITS_ADVISED = 2048
};

/* What DNS says of the name of a key (RFC 6376 §3.6.2). */
struct key_answer {
	enum {
		KEY_ANSWERED, /* by these records, of which there may be none */
		KEY_UNKNOWN   /* no answer: to be asked again later */
	} state;
	struct span record[KEY_RECORDS_MAX]; /* TXT, its strings joined */
	size_t n;
};

/* How a signature and the key it names fit together. */
struct key_result {
	enum code code; /* CODE_NONE: the signature is valid */
	unsigned bits;	/* of the key that was tried last; 0: none was read */
	struct span record; /* of a valid one: that of the answer; else empty */
	/* of a valid one: warnings */
	bool is_test;	  /* dkim-test-key */
	bool is_short;	  /* dkim-rsa-short */
	bool is_for_mail; /* dkim-service-type: not for TLS reports by name */
};

/*
 * Decoded keys, the last few that were used: to decode one takes OpenSSL ten
 * times as long as to verify by it.
 */
struct keyring;

struct keyring *keyring_new(void);
void keyring_free(struct keyring *); /* NULL is legal */

/*
 * Verify a signature against which nothing is known (its code is CODE_NONE).
 * The first record that verifies it counts, else the reason of the first.
 * dkim-temperror when there was no answer.
 */
void keyring_verify(struct keyring *, const struct signature *,
    const struct key_answer *, struct key_result *);

/* "SELECTOR._domainkey.DOMAIN", the name to ask; "" when it is too long. */
enum {
	KEY_NAME = 256
};
void key_name(const struct signature *, char out[static KEY_NAME]);

#endif
