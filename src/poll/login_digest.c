#include <stdio.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "imap/imap.h"
#include "poll/login_digest.h"

enum {
	ROUNDS = 100000, /* takes some 30 ms */
	TEXT_MAX = 64 * 1024
};

/* Append with the terminator, which keeps the fields apart. */
static void
add(struct buf *b, const char *s)
{
	if (buf_append(b, s, strlen(s) + 1) == -1)
		out_of_memory(); /* a secret has 16 KB at most */
}

void
login_digest(const struct imap_account *a,
    const unsigned char salt[static LOGIN_SALT],
    unsigned char digest[static LOGIN_DIGEST])
{
	struct buf text = { .max = TEXT_MAX };
	char how[48];

	snprintf(how, sizeof how, "port=%u auth=%d token=%d",
	    (unsigned)a->tls.port, (int)a->auth, a->is_token);
	add(&text, a->tls.host);
	add(&text, how);
	add(&text, a->user);
	add(&text, a->secret);
	if (PKCS5_PBKDF2_HMAC(text.data, (int)text.len, salt, LOGIN_SALT,
		ROUNDS, EVP_sha256(), LOGIN_DIGEST, digest) != 1)
		out_of_memory();
	OPENSSL_cleanse(text.data, text.cap);
	buf_free(&text);
}

void
login_salt(unsigned char salt[static LOGIN_SALT])
{
	if (RAND_bytes(salt, LOGIN_SALT) != 1)
		out_of_memory();
}

bool
login_is(const struct imap_account *a,
    const unsigned char salt[static LOGIN_SALT],
    const unsigned char digest[static LOGIN_DIGEST])
{
	unsigned char own[LOGIN_DIGEST];

	login_digest(a, salt, own);
	return CRYPTO_memcmp(own, digest, sizeof own) == 0;
}
