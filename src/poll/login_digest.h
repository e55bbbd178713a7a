#ifndef POLL_LOGIN_DIGEST_H
#define POLL_LOGIN_DIGEST_H

#include <stdbool.h>

struct imap_account;

enum {
	LOGIN_SALT = 16,
	LOGIN_DIGEST = 32
};

/*
 * A digest by which a refused login is recognized later without storing its
 * secret: PBKDF2 (RFC 8018, HMAC-SHA-256) over host, port, user, auth and
 * secret, with a salt.  It is slow on purpose, so that nobody who reads the
 * store can try many passwords.
 */
void login_digest(const struct imap_account *,
    const unsigned char salt[static LOGIN_SALT],
    unsigned char digest[static LOGIN_DIGEST]);

/* Make a new random salt. */
void login_salt(unsigned char salt[static LOGIN_SALT]);

/* Whether the digest is that of this login; compares in constant time. */
bool login_is(const struct imap_account *,
    const unsigned char salt[static LOGIN_SALT],
    const unsigned char digest[static LOGIN_DIGEST]);

#endif
