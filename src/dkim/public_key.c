#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/span.h"
#include "codes/codes.h"
#include "dkim/base64.h"
#include "dkim/public_key.h"
#include "dkim/signature.h"
#include "dkim/tag_list.h"

enum {
	KEYS = 16,
	ED25519_BYTES = 32,
	BITS_MOST = 8192
};

struct keyring {
	struct key {
		char *text; /* p=, without blanks; NULL: a free place */
		bool is_ed25519;
		EVP_PKEY *pkey;
		EVP_PKEY_CTX *rsa;  /* ready to verify; NULL: it cannot */
		unsigned long used; /* when, by the count below */
	} key[KEYS];
	unsigned long count;
	EVP_MD_CTX *verification; /* for ed25519 */
	struct arena arena;	  /* of the verification in progress */
};

struct keyring *
keyring_new(void)
{
	struct keyring *ring = xcalloc(1, sizeof *ring);

	if ((ring->verification = EVP_MD_CTX_new()) == NULL)
		out_of_memory();
	return ring;
}

static void
free_key(struct key *k)
{
	free(k->text);
	EVP_PKEY_CTX_free(k->rsa);
	EVP_PKEY_free(k->pkey);
}

void
keyring_free(struct keyring *ring)
{
	size_t i;

	if (ring == NULL)
		return;
	for (i = 0; i < KEYS; i++)
		free_key(&ring->key[i]);
	EVP_MD_CTX_free(ring->verification);
	arena_free(&ring->arena);
	free(ring);
}

/* -- decoding */

/* SubjectPublicKeyInfo, or the bare RSAPublicKey that RFC 6376 speaks of. */
static EVP_PKEY *
decode_rsa(struct span bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	const unsigned char *end = p + bytes.n;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)bytes.n);

	if (pkey == NULL) {
		p = (const unsigned char *)bytes.p;
		pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &p, (long)bytes.n);
	}
	if (pkey != NULL &&
	    (p != end || EVP_PKEY_get_base_id(pkey) != EVP_PKEY_RSA ||
		EVP_PKEY_get_bits(pkey) > BITS_MOST)) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return pkey;
}

static EVP_PKEY *
decode(struct keyring *ring, const char *text, bool is_ed25519)
{
	struct span bytes;

	if (!base64_decode(text, &ring->arena, &bytes))
		return NULL;
	if (!is_ed25519)
		return decode_rsa(bytes);
	if (bytes.n != ED25519_BYTES)
		return NULL;
	return EVP_PKEY_new_raw_public_key(
	    EVP_PKEY_ED25519, NULL, (const unsigned char *)bytes.p, bytes.n);
}

/* What verifies by that key, mail after mail; NULL when OpenSSL does not want
 * to.  To make it costs a tenth of a verification. */
static EVP_PKEY_CTX *
make_ready(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);

	if (ctx == NULL)
		out_of_memory();
	if (EVP_PKEY_verify_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

/* The key of that text, which stays the ring's; NULL when it is none. */
static const struct key *
find_key(struct keyring *ring, const char *text, bool is_ed25519)
{
	struct key *oldest = &ring->key[0], *k;
	EVP_PKEY *pkey;

	ring->count++;
	for (k = ring->key; k < ring->key + KEYS; k++) {
		if (k->text != NULL && k->is_ed25519 == is_ed25519 &&
		    strcmp(k->text, text) == 0) {
			k->used = ring->count;
			return k;
		}
		if (k->used < oldest->used)
			oldest = k;
	}
	if ((pkey = decode(ring, text, is_ed25519)) == NULL)
		return NULL;
	free_key(oldest);
	*oldest = (struct key){ .text = xstrdup(text),
		.is_ed25519 = is_ed25519,
		.pkey = pkey,
		.rsa = is_ed25519 ? NULL : make_ready(pkey),
		.used = ring->count };
	return oldest;
}

/* -- verifying */

static bool
verify_rsa(const struct key *k, const struct signature *s)
{
	return k->rsa != NULL &&
	       EVP_PKEY_verify(k->rsa, (const unsigned char *)s->bytes.p,
		   s->bytes.n, s->digest, sizeof s->digest) == 1;
}

/* The digest is the message (RFC 8463 §3). */
static bool
verify_ed25519(struct keyring *ring, EVP_PKEY *pkey, const struct signature *s)
{
	EVP_MD_CTX *ctx = ring->verification;
	bool good = EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
		    EVP_DigestVerify(ctx, (const unsigned char *)s->bytes.p,
			s->bytes.n, s->digest, sizeof s->digest) == 1;

	EVP_MD_CTX_reset(ctx);
	return good;
}

/* What its services (s=) and flags (t=) allow; CODE_NONE when it may be used.
 */
static enum code
judge_use(const struct tag_list *tags, const struct signature *s,
    struct key_result *result)
{
	const struct span *flags = tag_list_find(tags, "t");
	const struct span *services = tag_list_find(tags, "s");

	if (services != NULL && !tag_list_has(*services, "*") &&
	    !tag_list_has(*services, "tlsrpt")) {
		if (!tag_list_has(*services, "email"))
			return CODE_DKIM_KEY_MISSING;
		result->is_for_mail = true;
	}
	if (flags != NULL) {
		result->is_test = tag_list_has(*flags, "y");
		if (tag_list_has(*flags, "s") && s->identity_below)
			return CODE_DKIM_FAIL;
	}
	return CODE_NONE;
}

static enum code
judge_kind(const struct tag_list *tags, const struct signature *s)
{
	const struct span *kind = tag_list_find(tags, "k");
	const struct span *hashes = tag_list_find(tags, "h");
	const char *wanted = s->is_ed25519 ? "ed25519" : "rsa";

	if (!span_is(kind != NULL ? *kind : span_of("rsa"), wanted) ||
	    (hashes != NULL && !tag_list_has(*hashes, "sha256")))
		return CODE_DKIM_ALGORITHM;
	return CODE_NONE;
}

static enum code
verify_by(struct keyring *ring, const struct signature *s, const char *text,
    struct key_result *result)
{
	const struct key *k = find_key(ring, text, s->is_ed25519);
	bool good;

	if (k == NULL)
		return CODE_DKIM_SYNTAX;
	result->bits = (unsigned)EVP_PKEY_get_bits(k->pkey);
	if (!s->is_ed25519 && result->bits < KEY_BITS_LEAST)
		return CODE_DKIM_KEY_WEAK;
	result->is_short = !s->is_ed25519 && result->bits < KEY_BITS_ADVISED;
	good =
	    s->is_ed25519 ? verify_ed25519(ring, k->pkey, s) : verify_rsa(k, s);
	return good ? CODE_NONE : CODE_DKIM_FAIL;
}

/* One record, from what makes it no key of ours to the verification. */
static enum code
try_record(struct keyring *ring, const struct signature *s, struct span record,
    struct key_result *result)
{
	const struct span *version, *key;
	struct tag_list tags;
	enum code code;
	bool is_list = tag_list_read(record, &tags);

	if (record.n > KEY_RECORD_SIZE)
		return CODE_DKIM_KEY_MISSING;
	if (!is_list)
		return CODE_DKIM_SYNTAX;
	version = tag_list_find(&tags, "v");
	if (version != NULL && !span_is(*version, "DKIM1"))
		return CODE_DKIM_KEY_MISSING;
	if (version != NULL && version != &tags.tag[0].value)
		return CODE_DKIM_SYNTAX;
	if ((code = judge_use(&tags, s, result)) == CODE_DKIM_KEY_MISSING)
		return code;
	if ((key = tag_list_find(&tags, "p")) == NULL)
		return CODE_DKIM_SYNTAX;
	if (key->n == 0)
		return CODE_DKIM_KEY_REVOKED;
	if (code == CODE_NONE)
		code = judge_kind(&tags, s);
	if (code != CODE_NONE)
		return code;
	return verify_by(
	    ring, s, base64_without_blanks(*key, &ring->arena), result);
}

void
keyring_verify(struct keyring *ring, const struct signature *s,
    const struct key_answer *answer, struct key_result *result)
{
	struct key_result one;
	size_t i;

	*result = (struct key_result){ .code = CODE_DKIM_KEY_MISSING };
	if (answer->state == KEY_UNKNOWN) {
		result->code = CODE_DKIM_TEMPERROR;
		return;
	}
	for (i = 0; i < answer->n; i++) {
		one = (struct key_result){ 0 };
		one.code = try_record(ring, s, answer->record[i], &one);
		if (i == 0 || one.code == CODE_NONE)
			*result = one;
		if (one.code == CODE_NONE) {
			result->record = answer->record[i];
			break;
		}
	}
	arena_reset(&ring->arena);
	/* TLS on the same thread looks into this queue */
	ERR_clear_error();
}

void
key_name(const struct signature *s, char out[static KEY_NAME])
{
	int n =
	    snprintf(out, KEY_NAME, "%s._domainkey.%s", s->selector, s->domain);

	if (n < 0 || n >= KEY_NAME)
		out[0] = '\0';
}
