#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"
#include "imap_text/sasl.h"

enum {
	NONCE = 18,		  /* bytes; 24 characters in base64 */
	ITERATIONS_MIN = 4096,	  /* RFC 7677 §4 */
	ITERATIONS_MAX = 1000000, /* about a second; a server may ask more */
	MESSAGE_MAX = 8 * 1024,
	SALT_MAX = 256
};

enum scram_stage {
	SCRAM_FIRST,
	SCRAM_PROOF,
	SCRAM_VERIFY,
	SCRAM_DONE
};

struct sasl {
	struct sasl_login login;
	int (*step)(struct sasl *, struct span, struct buf *, struct fault *);
	bool begun, done;
	/* SCRAM (RFC 5802 §5) */
	const EVP_MD *md;
	enum scram_stage stage;
	char nonce[NONCE / 3 * 4 + 1];
	char *first_bare; /* client-first-message-bare */
	unsigned char signature[EVP_MAX_MD_SIZE]; /* that the server owes us */
	char refusal[200];
};

static int
bad(struct fault *f, const char *why)
{
	return fault(f, FAULT_SESSION, EX_PROTOCOL,
	    "imap: the server's login challenge is refused: %s", why);
}

static void
append(struct buf *out, const char *s)
{
	if (buf_append(out, s, strlen(s)) == -1)
		out_of_memory(); /* user and secret are bounded by us */
}

static int
step_plain(
    struct sasl *s, struct span challenge, struct buf *out, struct fault *f)
{
	(void)challenge;
	if (s->begun)
		return bad(f, "PLAIN has none");
	buf_append(out, "", 1);
	append(out, s->login.user);
	buf_append(out, "", 1);
	append(out, s->login.secret);
	s->done = true;
	return 0;
}

/* The error of an OAuth exchange comes as a challenge (RFC 7628 §3.2.2). */
static void
keep_refusal(struct sasl *s, struct span challenge)
{
	snprintf(s->refusal, sizeof s->refusal, "%.*s",
	    challenge.n < sizeof s->refusal ? (int)challenge.n
					    : (int)sizeof s->refusal,
	    challenge.n > 0 ? challenge.p : "");
	s->done = false;
}

static int
step_xoauth2(
    struct sasl *s, struct span challenge, struct buf *out, struct fault *f)
{
	(void)f;
	if (s->begun) {
		keep_refusal(s, challenge);
		return 0; /* an empty answer, and the refusal follows */
	}
	append(out, "user=");
	append(out, s->login.user);
	append(out, "\1auth=Bearer ");
	append(out, s->login.secret);
	append(out, "\1\1");
	s->done = true;
	return 0;
}

/* RFC 5801 §4 and RFC 5802 §5.1: "," and "=" in a name. */
static void
append_saslname(struct buf *out, const char *name)
{
	for (; *name != '\0'; name++)
		if (*name == ',')
			append(out, "=2C");
		else if (*name == '=')
			append(out, "=3D");
		else
			buf_append(out, name, 1);
}

static int
step_oauthbearer(
    struct sasl *s, struct span challenge, struct buf *out, struct fault *f)
{
	char port[24];

	(void)f;
	if (s->begun) {
		keep_refusal(s, challenge);
		append(out, "\1");
		return 0;
	}
	append(out, "n,a=");
	append_saslname(out, s->login.user);
	append(out, ",\1host=");
	append(out, s->login.host);
	snprintf(port, sizeof port, "\1port=%u\1", (unsigned)s->login.port);
	append(out, port);
	append(out, "auth=Bearer ");
	append(out, s->login.secret);
	append(out, "\1\1");
	s->done = true;
	return 0;
}

static int
scram_first(struct sasl *s, struct buf *out)
{
	unsigned char random[NONCE];
	struct buf bare = { .max = MESSAGE_MAX };

	if (RAND_bytes(random, sizeof random) != 1)
		out_of_memory();
	EVP_EncodeBlock((unsigned char *)s->nonce, random, sizeof random);
	append(&bare, "n=");
	append_saslname(&bare, s->login.user);
	append(&bare, ",r=");
	append(&bare, s->nonce);
	s->first_bare = xstrndup(bare.data, bare.len);
	buf_free(&bare);
	append(out, "n,,");
	append(out, s->first_bare);
	s->stage = SCRAM_PROOF;
	return 0;
}

/* "k=value" at the front of `s`, up to a comma; false when it is not there. */
static bool
attribute(struct span *s, char key, struct span *value)
{
	size_t n = 2;

	if (s->n < 2 || s->p[0] != key || s->p[1] != '=')
		return false;
	while (n < s->n && s->p[n] != ',')
		n++;
	*value = (struct span){ s->p + 2, n - 2 };
	*s = span_skip(*s, n < s->n ? n + 1 : n);
	return true;
}

static int
iterations(struct span s)
{
	long v = 0;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || v > ITERATIONS_MAX)
			return -1;
		v = v * 10 + (s.p[i] - '0');
	}
	return v >= ITERATIONS_MIN && v <= ITERATIONS_MAX ? (int)v : -1;
}

int
sasl_base64(struct span s, unsigned char *out)
{
	int n, padding = 0;

	if (s.n == 0 || s.n % 4 != 0 || s.n > INT_MAX)
		return -1;
	while (padding < 2 && s.p[s.n - 1 - (size_t)padding] == '=')
		padding++;
	n = EVP_DecodeBlock(out, (const unsigned char *)s.p, (int)s.n);
	return n < padding ? -1 : n - padding;
}

struct key {
	unsigned char b[EVP_MAX_MD_SIZE];
};

static void
hmac(const struct sasl *s, const struct key *key, struct span text,
    unsigned char *out)
{
	unsigned n;

	if (HMAC(s->md, key->b, EVP_MD_get_size(s->md),
		(const unsigned char *)text.p, text.n, out, &n) == NULL)
		out_of_memory();
}

/*
 * RFC 5802 §3: the client's proof for the whole exchange, and the signature
 * that the server must give back.
 */
static void
prove(struct sasl *s, const struct key *salted, struct span exchange,
    unsigned char *proof)
{
	struct key client, stored, server;
	unsigned n;
	int i, size = EVP_MD_get_size(s->md);

	hmac(s, salted, span_of("Client Key"), client.b);
	if (EVP_Digest(client.b, (size_t)size, stored.b, &n, s->md, NULL) != 1)
		out_of_memory();
	hmac(s, &stored, exchange, proof);
	for (i = 0; i < size; i++)
		proof[i] ^= client.b[i];
	hmac(s, salted, span_of("Server Key"), server.b);
	hmac(s, &server, exchange, s->signature);
	OPENSSL_cleanse(&client, sizeof client);
	OPENSSL_cleanse(&stored, sizeof stored);
	OPENSSL_cleanse(&server, sizeof server);
}

static void
append_proof(struct sasl *s, const struct key *salted, struct span first,
    struct span nonce, struct buf *out)
{
	unsigned char proof[EVP_MAX_MD_SIZE];
	char text[EVP_MAX_MD_SIZE * 2];
	struct buf exchange = { .max = 3 * MESSAGE_MAX };

	append(out, "c=biws,r="); /* "n,,": no channel binding */
	buf_append(out, nonce.p, nonce.n);
	append(&exchange, s->first_bare);
	append(&exchange, ",");
	buf_append(&exchange, first.p, first.n);
	append(&exchange, ",");
	buf_append(&exchange, out->data, out->len);
	prove(s, salted, buf_span(&exchange), proof);
	EVP_EncodeBlock((unsigned char *)text, proof, EVP_MD_get_size(s->md));
	append(out, ",p=");
	append(out, text);
	buf_free(&exchange);
}

static int
scram_proof(struct sasl *s, struct span first, struct buf *out, struct fault *f)
{
	struct span rest = first, nonce, salt64, count;
	unsigned char salt[SALT_MAX];
	struct key salted;
	int n, rounds;

	if (first.n > MESSAGE_MAX || !attribute(&rest, 'r', &nonce) ||
	    !attribute(&rest, 's', &salt64) || !attribute(&rest, 'i', &count))
		return bad(f, "not a SCRAM message");
	if (nonce.n <= strlen(s->nonce) ||
	    memcmp(nonce.p, s->nonce, strlen(s->nonce)) != 0)
		return bad(f, "SCRAM nonce is not ours");
	if ((rounds = iterations(count)) == -1)
		return bad(f, "SCRAM iteration count out of bounds");
	if (salt64.n > SALT_MAX || (n = sasl_base64(salt64, salt)) == -1)
		return bad(f, "SCRAM salt is no base64");
	if (PKCS5_PBKDF2_HMAC(s->login.secret, (int)strlen(s->login.secret),
		salt, n, rounds, s->md, EVP_MD_get_size(s->md), salted.b) != 1)
		out_of_memory();
	append_proof(s, &salted, first, nonce, out);
	OPENSSL_cleanse(&salted, sizeof salted);
	s->stage = SCRAM_VERIFY;
	return 0;
}

static int
scram_verify(struct sasl *s, struct span final, struct fault *f)
{
	unsigned char signature[EVP_MAX_MD_SIZE * 2];
	struct span v;
	int size = EVP_MD_get_size(s->md);

	if (attribute(&final, 'e', &v)) {
		keep_refusal(s, v);
		return 0; /* the refusal follows */
	}
	if (!attribute(&final, 'v', &v) || v.n > sizeof signature ||
	    sasl_base64(v, signature) != size ||
	    CRYPTO_memcmp(signature, s->signature, (size_t)size) != 0)
		return bad(f, "the server does not know the password itself");
	s->stage = SCRAM_DONE;
	s->done = true;
	return 0;
}

static int
step_scram(
    struct sasl *s, struct span challenge, struct buf *out, struct fault *f)
{
	switch (s->stage) {
	case SCRAM_FIRST:
		return scram_first(s, out);
	case SCRAM_PROOF:
		return scram_proof(s, challenge, out, f);
	case SCRAM_VERIFY:
		return scram_verify(s, challenge, f);
	case SCRAM_DONE:
		break;
	}
	return bad(f, "SCRAM is over");
}

struct sasl *
sasl_new(const char *mechanism, const struct sasl_login *login)
{
	struct sasl *s = xcalloc(1, sizeof *s);

	s->login = *login;
	if (strcmp(mechanism, "PLAIN") == 0)
		s->step = step_plain;
	else if (strcmp(mechanism, "XOAUTH2") == 0)
		s->step = step_xoauth2;
	else if (strcmp(mechanism, "OAUTHBEARER") == 0)
		s->step = step_oauthbearer;
	else if (strcmp(mechanism, "SCRAM-SHA-256") == 0)
		s->md = EVP_sha256();
	else if (strcmp(mechanism, "SCRAM-SHA-1") == 0)
		s->md = EVP_sha1();
	if (s->md != NULL)
		s->step = step_scram;
	if (s->step == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

int
sasl_step(
    struct sasl *s, struct span challenge, struct buf *out, struct fault *f)
{
	int rc = s->step(s, challenge, out, f);

	s->begun = true;
	return rc;
}

bool
sasl_is_done(const struct sasl *s)
{
	return s->done;
}

const char *
sasl_refusal(const struct sasl *s)
{
	return s->refusal;
}

void
sasl_free(struct sasl *s)
{
	if (s == NULL)
		return;
	free(s->first_bare);
	OPENSSL_cleanse(s, sizeof *s);
	free(s);
}
