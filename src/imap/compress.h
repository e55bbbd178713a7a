#ifndef IMAP_COMPRESS_H
#define IMAP_COMPRESS_H

#include <stdint.h>

struct fault;
struct imap;

/*
 * Have all that follows compressed (RFC 4978), where the account asks for it,
 * the server can do it, and the `bytes` that are to come are worth the round
 * trip.  Behind the login only, so that no secret is compressed.  -1 when the
 * session broke; a refusal is none.
 */
int compress_if_worth(struct imap *, uint64_t bytes, struct fault *);

#endif
