#ifndef STORE_REJECTS_H
#define STORE_REJECTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct fault;
struct store;

/* What could not be imported. */
struct store_reject {
	const char *code;     /* reason */
	const char *where;    /* place; "" */
	const char *filename; /* of the attachment; "" */
	struct span bytes;    /* as received; kept once, known by SHA-256 */
	bool whole_mail;      /* bytes is the mail, not an attachment */
};

struct store_rejected {
	bool added; /* false: these bytes (for empty ones: this message and
		       code) were there already */
	bool kept;  /* the bytes are, too */
	int64_t id; /* its number in quarantine */
};

/*
 * Put it in quarantine.  Past `limit` bytes in all, only the facts are kept.
 */
int store_add_reject(struct store *, int64_t message,
    const struct store_reject *, uint64_t limit, struct store_rejected *,
    struct fault *);

#endif
