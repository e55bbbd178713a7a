#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/hex.h"
#include "base/utc.h"
#include "model/domain_setup.h"
#include "net/certificate.h"
#include "net/certificate_names.h"
#include "probe/certificate_verdict.h"

enum {
	LEVEL = 2, /* of OpenSSL: 112 bits, RSA 2048 or P-256, no SHA-1 */
	COMMON_NAME = 256
};

/* What verification came upon, each fault once. */
struct faults {
	int chain; /* code of OpenSSL; 0: none, as the next */
	int weak;
	bool expired, future;
};

static bool
is_weak(int error)
{
	return error == X509_V_ERR_EE_KEY_TOO_SMALL ||
	       error == X509_V_ERR_CA_KEY_TOO_SMALL ||
	       error == X509_V_ERR_CA_MD_TOO_WEAK;
}

/* OpenSSL asks at each fault whether to go on: yes, to see them all. */
static int
note_fault(int ok, X509_STORE_CTX *ctx)
{
	struct faults *found = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx);

	if (ok)
		return 1;
	if (error == X509_V_ERR_CERT_HAS_EXPIRED)
		found->expired = true;
	else if (error == X509_V_ERR_CERT_NOT_YET_VALID)
		found->future = true;
	else if (is_weak(error))
		found->weak = error;
	else if (found->chain == 0)
		found->chain = error;
	return 1;
}

static void
verify(STACK_OF(X509) * chain, X509_STORE *store, struct faults *found)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM *param;

	if (ctx == NULL || X509_STORE_CTX_init(
			       ctx, store, sk_X509_value(chain, 0), chain) != 1)
		out_of_memory();
	param = X509_STORE_CTX_get0_param(ctx);
	X509_VERIFY_PARAM_set_auth_level(param, LEVEL);
	X509_STORE_CTX_set_default(ctx, "ssl_server");
	X509_STORE_CTX_set_app_data(ctx, found);
	X509_STORE_CTX_set_verify_cb(ctx, note_fault);
	if (X509_verify_cert(ctx) <= 0 && found->chain == 0)
		found->chain = X509_STORE_CTX_get_error(ctx);
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
}

static int64_t
time_of(const ASN1_TIME *t)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	return utc_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec);
}

/* Whether the name stands in the common name, where senders do not look. */
static bool
is_common_name(X509 *cert, const char *host)
{
	char text[COMMON_NAME];

	return X509_NAME_get_text_by_NID(X509_get_subject_name(cert),
		   NID_commonName, text, sizeof text) > 0 &&
	       strcasecmp(text, host) == 0;
}

/* The SHA-256 of the public key (RFC 6698 §2.1: selector 1, type 1). */
static const char *
key_digest(X509 *cert, struct arena *arena)
{
	unsigned char *der = NULL, digest[CERTIFICATE_DIGEST];
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
	char digits[2 * CERTIFICATE_DIGEST + 1] = "";

	if (n > 0 &&
	    EVP_Digest(der, (size_t)n, digest, NULL, EVP_sha256(), NULL) == 1)
		hex_format(digest, sizeof digest, digits);
	OPENSSL_free(der);
	return arena_strdup(arena, digits);
}

/* A chain that is not trusted: why, and what to do. */
static void
explain_chain(STACK_OF(X509) * chain, int error, struct arena *arena,
    struct certificate_found *found)
{
	found->remedy = "get one of a public CA";
	if (error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT) {
		found->reason = "the certificate is self-signed";
	} else if (error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN) {
		found->reason = "its root is no public CA";
	} else if (error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY &&
		   sk_X509_num(chain) == 1) {
		found->reason = "the issuer's certificate is not sent, or its "
				"root is no public CA";
		found->remedy = "have the server send the whole chain "
				"(fullchain.pem, not cert.pem)";
	} else if (error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
		   error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT) {
		found->reason = "the chain leads to no public CA";
		found->remedy = "have the server send the whole chain of a "
				"public CA (fullchain.pem)";
	} else {
		found->reason =
		    arena_strdup(arena, X509_verify_cert_error_string(error));
	}
}

static const char *
weakness(X509 *leaf, int error, struct arena *arena)
{
	EVP_PKEY *key = X509_get0_pubkey(leaf);

	if (error == X509_V_ERR_EE_KEY_TOO_SMALL && key != NULL)
		return arena_printf(arena, "the key, %s of %d bits",
		    EVP_PKEY_is_a(key, "RSA") ? "RSA" : "EC",
		    EVP_PKEY_get_bits(key));
	if (error == X509_V_ERR_CA_KEY_TOO_SMALL)
		return "the key of an issuer";
	return "a signature by an old digest, such as SHA-1";
}

static void
judge(STACK_OF(X509) * chain, const struct faults *faults, const char *host,
    struct arena *arena, struct certificate_found *found)
{
	X509 *leaf = sk_X509_value(chain, 0);
	int named = X509_check_host(leaf, host, 0,
	    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
		X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
	    NULL);

	found->fault = CERTIFICATE_GOOD;
	if (faults->chain != 0) {
		found->fault = CERTIFICATE_CHAIN;
		explain_chain(chain, faults->chain, arena, found);
	} else if (named != 1) {
		found->fault = is_common_name(leaf, host) ? CERTIFICATE_CN_ONLY
							  : CERTIFICATE_NAME;
	} else if (faults->expired) {
		found->fault = CERTIFICATE_EXPIRED;
	} else if (faults->future) {
		found->fault = CERTIFICATE_FUTURE;
	} else if (faults->weak != 0) {
		found->fault = CERTIFICATE_WEAK;
		found->reason = weakness(leaf, faults->weak, arena);
	}
}

void
certificate_judge(STACK_OF(X509) * chain, X509_STORE *store, const char *host,
    struct arena *arena, struct certificate_found *found)
{
	X509 *leaf = sk_X509_value(chain, 0);
	struct faults faults = { 0 };
	struct alternatives names;

	alternatives_read(leaf, host, &names);
	*found = (struct certificate_found){ .not_before = time_of(
						 X509_get0_notBefore(leaf)),
		.not_after = time_of(X509_get0_notAfter(leaf)),
		.names = arena_strdup(arena, names.list),
		.reason = "",
		.remedy = "",
		.digest = key_digest(leaf, arena) };
	verify(chain, store, &faults);
	judge(chain, &faults, host, arena, found);
}
