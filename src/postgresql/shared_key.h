#ifndef POSTGRESQL_SHARED_KEY_H
#define POSTGRESQL_SHARED_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "model/shipment.h"

struct identity_hash;

/*
 * The key of a row in the shared store: the first 128 bits of the SHA-256 over
 * `n` texts, each behind its length in bytes as four bytes, the highest first,
 * as the identity of a report is over its own.
 */
void shared_key(struct identity_hash *, const char *const *text, size_t n,
    unsigned char out[SHIPMENT_KEY]);

/* Keys that were met.  Initialize with { 0 }. */
struct key_set {
	unsigned char (*slots)[SHIPMENT_KEY]; /* all zero: free */
	size_t n, room;
};

/* Whether the key is new to the set, which has it from now on. */
bool key_set_add(struct key_set *, const unsigned char key[SHIPMENT_KEY]);
void key_set_free(struct key_set *);

#endif
