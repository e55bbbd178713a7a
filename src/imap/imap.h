#ifndef IMAP_IMAP_H
#define IMAP_IMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/tls.h"

struct fault;

/* How to log in; auto takes the strongest that both sides have. */
enum imap_auth {
	IMAP_AUTH_AUTO,
	IMAP_AUTH_PLAIN,
	IMAP_AUTH_LOGIN,
	IMAP_AUTH_SCRAM_SHA_256,
	IMAP_AUTH_XOAUTH2,
	IMAP_AUTH_OAUTHBEARER
};

/* What became of the secret. */
enum imap_secret {
	IMAP_SECRET_UNUSED,
	IMAP_SECRET_REFUSED, /* it was sent, and is not taken */
	IMAP_SECRET_TAKEN
};

/*
 * Everything needed to reach a mailbox; it and its strings belong to the
 * caller and outlive the session.
 */
struct imap_account {
	const char *name; /* of the configuration section */
	struct tls_settings tls;
	enum imap_auth auth;
	const char *user;
	const char *secret;   /* never logged, at no level */
	bool is_token;	      /* the secret is an OAuth2 access token */
	uint64_t message_max; /* limits.message */
	uint64_t header_max;  /* limits.header */
	/* that logged in the last time and is tried first by auto; NULL: none
	 */
	const char *last_mechanism;
	enum imap_secret *fate; /* gets it, when not NULL */
};

/*
 * A mailbox at an IMAP server, as a stream of mails (RFC 3501, RFC 9051).
 * Faults have scope FAULT_SESSION and exit code 69 (unreachable, broke off,
 * certificate refused), 75 (try later), 76 (not the protocol), 77 (login or
 * permission refused) or 78 (settings that cannot be followed).  After a fault
 * the session is of no use, but for a folder that was refused (77).
 */
struct imap;

/*
 * Connect, TLS, greeting, login, each told to tls.steps; capabilities are asked
 * for once more, and ID is sent when offered.
 */
struct imap *imap_open(const struct imap_account *, struct fault *);

/* Say LOGOUT when the session is in order, and close; NULL is legal. */
void imap_close(struct imap *);

/*
 * The login mechanism used, such as "PLAIN", for -v; `*is_second` tells whether
 * the server refused another one before, so that this one is better tried first
 * the next time.
 */
const char *imap_mechanism(const struct imap *, bool *is_second);

/* How many bytes the server has sent so far, TLS apart. */
uint64_t imap_received(const struct imap *);

#endif
