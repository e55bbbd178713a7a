#include <arpa/inet.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/hex.h"
#include "base/utc.h"
#include "net/certificate.h"
#include "net/certificate_names.h"
#include "net/connect_steps.h"
#include "net/tls.h"

enum {
	NAME_TEXT = 120
};

/* Text that grows in a fixed place and is cut there. */
struct line {
	char *p;
	size_t size;
};

static void __attribute__((format(printf, 2, 3)))
add(struct line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->p, l->size, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= l->size)
		n = (int)l->size - 1;
	l->p += n;
	l->size -= (size_t)n;
}

static void
add_name(struct line *l, const char *label, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char text[NAME_TEXT] = "";

	if (bio != NULL) {
		X509_NAME_print_ex(
		    bio, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
		BIO_gets(bio, text, sizeof text);
		BIO_free(bio);
	}
	add(l, "%s %s, ", label, text[0] != '\0' ? text : "without name");
}

static void
add_date(struct line *l, const char *label, const ASN1_TIME *t)
{
	char text[UTC_TEXT] = "at an unreadable date";
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) == 1)
		utc_format_date(utc_of(tm.tm_year + 1900, tm.tm_mon + 1,
				    tm.tm_mday, 0, 0, 0),
		    text);
	add(l, "%s %s", label, text);
}

static bool
is_unknown_chain(int error)
{
	return error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	       error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	       error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
	       error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
	       error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
	       error == X509_V_ERR_CERT_UNTRUSTED;
}

static bool
is_wrong_name(int error)
{
	return error == X509_V_ERR_HOSTNAME_MISMATCH ||
	       error == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

static bool
digest_of(const X509 *cert, unsigned char digest[CERTIFICATE_DIGEST])
{
	unsigned n = 0;

	return X509_digest(cert, EVP_sha256(), digest, &n) == 1 &&
	       n == CERTIFICATE_DIGEST;
}

static void
add_chain_remedy(struct line *l, const struct certificate *c, const X509 *leaf)
{
	unsigned char digest[CERTIFICATE_DIGEST] = { 0 };
	char digits[2 * CERTIFICATE_DIGEST + 1];
	const char *ca_file = c->settings->ca_file;
	bool has_ca_file = ca_file != NULL && ca_file[0] != '\0';

	if (c->pinned)
		add(l, "neither the issuer nor the fingerprint is trusted: ");
	else if (has_ca_file)
		add(l,
		    "its issuer is not among the certificates in ca_file "
		    "%.100s: ",
		    ca_file);
	else
		add(l, "its issuer is not trusted: ");
	add(l, has_ca_file ? "put the issuer's certificate there"
			   : "set ca_file to the issuer's certificate");
	add(l, ", or, when the server is known to have this one, set "
	       "fingerprint = sha256:");
	if (digest_of(leaf, digest)) {
		hex_format(digest, CERTIFICATE_DIGEST, digits);
		add(l, "%s", digits);
	}
}

static void
add_name_remedy(struct line *l, const char *best)
{
	if (best[0] == '\0')
		add(l, ": whoever runs the server must get it one with its "
		       "name");
	else if (best[0] == '*')
		add(l,
		    ": if that is the same server, set host to its own "
		    "name, which ends in %s",
		    best + 1);
	else
		add(l, ": if that is the same server, set host = %s", best);
}

/* What is wrong, and what to do. */
static void
add_reason(struct line *l, const struct certificate *c, X509 *leaf, X509 *cert,
    int error)
{
	const char *host = c->settings->host;
	struct alternatives names;

	if (is_unknown_chain(error)) {
		add_chain_remedy(l, c, leaf);
	} else if (error == X509_V_ERR_CERT_HAS_EXPIRED) {
		add_date(l, "it expired on", X509_get0_notAfter(cert));
		add(l, ": whoever runs the server must renew it");
	} else if (error == X509_V_ERR_CERT_NOT_YET_VALID) {
		add_date(l, "it is valid only from", X509_get0_notBefore(cert));
		add(l, ": is the clock of this machine right?");
	} else if (is_wrong_name(error)) {
		alternatives_read(leaf, host, &names);
		add(l, "it is for %s, not for %s", names.list, host);
		add_name_remedy(l, names.best);
	} else {
		add(l, "%s", X509_verify_cert_error_string(error));
	}
}

static void
describe(struct certificate *c, X509_STORE_CTX *store)
{
	struct line l = { c->refused, sizeof c->refused };
	X509 *leaf = X509_STORE_CTX_get0_cert(store);
	X509 *cert = X509_STORE_CTX_get_current_cert(store);
	int error = X509_STORE_CTX_get_error(store);
	struct alternatives names;

	if (cert == NULL || is_wrong_name(error))
		cert = leaf;
	if (cert == NULL) {
		add(&l, "%s", X509_verify_cert_error_string(error));
		return;
	}
	add_reason(&l, c, leaf != NULL ? leaf : cert, cert, error);
	add(&l, " (");
	add_name(&l, cert == leaf ? "subject" : "issuing certificate",
	    X509_get_subject_name(cert));
	add_name(&l, "issuer", X509_get_issuer_name(cert));
	add_date(&l, "expires", X509_get0_notAfter(cert));
	if (cert == leaf && !is_wrong_name(error)) {
		alternatives_read(cert, c->settings->host, &names);
		add(&l, ", for %s", names.list);
	}
	add(&l, ")");
}

static bool
is_pinned(const struct certificate *c, X509_STORE_CTX *store)
{
	const X509 *leaf = X509_STORE_CTX_get0_cert(store);
	unsigned char digest[CERTIFICATE_DIGEST];

	return c->pinned && leaf != NULL && digest_of(leaf, digest) &&
	       memcmp(digest, c->pin, sizeof digest) == 0;
}

/* OpenSSL asks at each fault it finds whether to go on. */
static int
verify(int ok, X509_STORE_CTX *store)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct certificate *c = SSL_get_app_data(ssl);

	if (ok)
		return 1;
	if (is_unknown_chain(X509_STORE_CTX_get_error(store)) &&
	    is_pinned(c, store)) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	if (c->refused[0] == '\0')
		describe(c, store);
	return 0;
}

static int
read_pin(struct certificate *c, const char *hex, struct fault *f)
{
	int i, high, low;

	if (hex == NULL || hex[0] == '\0')
		return 0;
	if (strlen(hex) != 2 * CERTIFICATE_DIGEST)
		return fault(f, FAULT_SESSION, EX_CONFIG,
		    "tls: a fingerprint has 64 hex digits");
	for (i = 0; i < CERTIFICATE_DIGEST; i++) {
		high = hex_digit(hex[2 * i]);
		low = hex_digit(hex[2 * i + 1]);
		if (high == -1 || low == -1)
			return fault(f, FAULT_SESSION, EX_CONFIG,
			    "tls: a fingerprint has 64 hex digits");
		c->pin[i] = (unsigned char)(high << 4 | low);
	}
	c->pinned = true;
	return 0;
}

int
certificate_trust(SSL_CTX *ctx, const char *ca_file, struct fault *f)
{
	unsigned long e;

	ERR_clear_error();
	if (ca_file == NULL || ca_file[0] == '\0') {
		if (SSL_CTX_set_default_verify_paths(ctx) == 1)
			return 0;
		return fault(f, FAULT_SESSION, EX_CONFIG,
		    "tls: the system's trust store cannot be read");
	}
	if (SSL_CTX_load_verify_file(ctx, ca_file) == 1) {
		/* whatever it holds is trusted, a root or not: servers leave
		 * out what is between the root and theirs */
		X509_STORE_set_flags(
		    SSL_CTX_get_cert_store(ctx), X509_V_FLAG_PARTIAL_CHAIN);
		return 0;
	}
	e = ERR_peek_error();
	return fault(f, FAULT_SESSION, EX_CONFIG,
	    "tls: ca_file %s cannot be read: %s", ca_file,
	    ERR_SYSTEM_ERROR(e) ? strerror(ERR_GET_REASON(e))
				: ERR_reason_error_string(e));
}

/* The name or address that the certificate must be for. */
static bool
expect_host(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
	unsigned char address[16];
	char *name;
	bool ok;

	if (inet_pton(AF_INET, host, address) == 1 ||
	    inet_pton(AF_INET6, host, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1;
	/* RFC 9525 §6.3: the wildcard is a whole label; §2: the subject's
	 * common name does not count */
	X509_VERIFY_PARAM_set_hostflags(
	    param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
		       X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	name = xstrdup(host); /* SNI (RFC 6066 §3) holds names alone */
	ok = X509_VERIFY_PARAM_set1_host(param, host, 0) == 1 &&
	     SSL_set_tlsext_host_name(ssl, name) == 1;
	free(name);
	return ok;
}

int
certificate_expect(struct certificate *c, const struct tls_settings *set,
    SSL_CTX *ctx, SSL *ssl, struct fault *f)
{
	memset(c, 0, sizeof *c);
	c->settings = set;
	if (read_pin(c, set->fingerprint, f) == -1 ||
	    certificate_trust(ctx, set->ca_file, f) == -1)
		return -1;
	if (!expect_host(ssl, set->host))
		return fault(f, FAULT_SESSION, EX_CONFIG,
		    "tls: %s is no host name", set->host);
	SSL_set_app_data(ssl, c);
	SSL_set_verify(ssl, SSL_VERIFY_PEER, verify);
	return 0;
}

/* Days until then; what cannot be read has none. */
static long
days_left(const ASN1_TIME *t)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	return (long)((utc_of(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
			   tm.tm_hour, tm.tm_min, tm.tm_sec) -
			  (int64_t)time(NULL)) /
		      UTC_DAY);
}

void
certificate_tell(const struct certificate *c, SSL *ssl)
{
	char text[CERTIFICATE_TEXT], warning[160] = "";
	struct line l = { text, sizeof text };
	X509 *cert = SSL_get0_peer_certificate(ssl);
	long days;

	if (cert == NULL)
		return;
	add(&l, "%s, ", SSL_get_version(ssl));
	add_name(&l, "subject", X509_get_subject_name(cert));
	add_name(&l, "issuer", X509_get_issuer_name(cert));
	add_date(&l, "expires", X509_get0_notAfter(cert));
	days = days_left(X509_get0_notAfter(cert));
	add(&l, ", %ld day%s left", days, days == 1 ? "" : "s");
	if (days < CERTIFICATE_DAYS)
		snprintf(warning, sizeof warning,
		    "the certificate ends soon: whoever runs the server must "
		    "renew it%s",
		    c->pinned ? ", and then fingerprint must be set anew" : "");
	steps_done(c->settings->steps, warning, "%s", text);
}

int
certificate_fault(const struct certificate *c, struct fault *f)
{
	if (c->refused[0] == '\0')
		return 0;
	return fault(f, FAULT_SESSION, EX_UNAVAILABLE,
	    "tls: the certificate of %s is refused: %s", c->settings->host,
	    c->refused);
}
