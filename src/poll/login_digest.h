#ifndef POLL_LOGIN_DIGEST_H
#define POLL_LOGIN_DIGEST_H

#include <stdbool.h>

struct imap_account;

enum {
	LOGIN_SALT = 16,
	LOGIN_DIGEST = 32
};

/*
 * By what a login is known again that must not be tried again, without the
 * secret: PBKDF2 (RFC 8018, HMAC-SHA-256) with a salt, over host, port, user,
 * auth and the secret.  Slow on purpose, since a password may be guessed.
 */
void login_digest(const struct imap_account *,
    const unsigned char salt[static LOGIN_SALT],
    unsigned char digest[static LOGIN_DIGEST]);

/* A new salt. */
void login_salt(unsigned char salt[static LOGIN_SALT]);

/* Whether it is that login, in constant time. */
bool login_is(const struct imap_account *,
    const unsigned char salt[static LOGIN_SALT],
    const unsigned char digest[static LOGIN_DIGEST]);

#endif
