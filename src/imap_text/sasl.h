#ifndef IMAP_TEXT_SASL_H
#define IMAP_TEXT_SASL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct buf;
struct fault;

/*
 * The client's side of a SASL exchange, without base64 and without network:
 * PLAIN (RFC 4616), SCRAM-SHA-256 and SCRAM-SHA-1 (RFC 7677, RFC 5802, no
 * channel binding), XOAUTH2, and OAUTHBEARER (RFC 7628).  Written out because
 * libsasl2 takes any number of iterations that a server asks SCRAM for, and
 * libetpan does not look whether the server proved anything.
 */
struct sasl;

struct sasl_login {
	const char *user, *secret; /* strings belong to the caller */
	const char *host;
	uint16_t port;
};

/* NULL for a mechanism that is not among those above. */
struct sasl *sasl_new(const char *mechanism, const struct sasl_login *);

/*
 * Append what to send in answer to `challenge`, nothing at first, to `out`.
 * -1 with a fault of scope FAULT_SESSION, exit code 76, when the challenge is
 * not what the mechanism allows.
 */
int sasl_step(
    struct sasl *, struct span challenge, struct buf *out, struct fault *);

/* Whether the exchange may end with success: SCRAM servers prove themselves. */
bool sasl_is_done(const struct sasl *);

/* What the server told of its refusal, "" when nothing (XOAUTH2). */
const char *sasl_refusal(const struct sasl *);

void sasl_free(struct sasl *);

/*
 * The bytes of base64 text (RFC 4648, section 4), with its padding, in `out`,
 * which has room for 3 bytes each 4 characters.  Returns how many, or -1 where
 * the text is empty or no base64.
 */
int sasl_base64(struct span, unsigned char *out);

#endif
