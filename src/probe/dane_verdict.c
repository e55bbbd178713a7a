#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "model/domain_setup.h"
#include "probe/dane_verdict.h"
#include "probe/probe.h"

enum {
	USAGE_TA = 2, /* the usages that SMTP knows (RFC 7672 §3.1) */
	USAGE_EE = 3
};

static const char tlsa_prefix[] = "_25._tcp.";

/* Hand OpenSSL the records; returns how many of them it can use. */
static size_t
add_records(SSL *ssl, const struct mx_host *host)
{
	const struct tlsa_record *t;
	size_t i, n = 0;

	for (i = 0; i < host->n_records; i++) {
		t = &host->record[i];
		if ((t->usage == USAGE_TA || t->usage == USAGE_EE) &&
		    SSL_dane_tlsa_add(ssl, (uint8_t)t->usage,
			(uint8_t)t->selector, (uint8_t)t->matching,
			(const unsigned char *)t->data.p, t->data.n) > 0)
			n++;
	}
	return n;
}

/* The names of which the certificate must have one, for usage 2. */
static bool
add_names(
    X509_VERIFY_PARAM *param, const struct mx_host *host, const char *domain)
{
	const char *base = host->tlsa.name;

	X509_VERIFY_PARAM_set_hostflags(
	    param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
		       X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	if (X509_VERIFY_PARAM_set1_host(param, host->name, 0) != 1 ||
	    X509_VERIFY_PARAM_add1_host(param, domain, 0) != 1)
		return false;
	if (base == NULL ||
	    strncmp(base, tlsa_prefix, strlen(tlsa_prefix)) != 0)
		return true;
	return X509_VERIFY_PARAM_add1_host(
		   param, base + strlen(tlsa_prefix), 0) == 1;
}

/* Note which of the records it was that matched. */
static void
note_match(SSL *ssl, const struct mx_host *host, struct smtp_found *found)
{
	uint8_t usage, selector, matching;
	const unsigned char *data;
	const struct tlsa_record *t;
	size_t n, i;

	found->dane = DANE_MATCHES;
	if (SSL_get0_dane_tlsa(ssl, &usage, &selector, &matching, &data, &n) <
	    0)
		return;
	found->dane_usage = usage;
	for (i = 0; i < host->n_records; i++) {
		t = &host->record[i];
		if (t->usage == usage && t->selector == selector &&
		    t->matching == matching && t->data.n == n &&
		    memcmp(t->data.p, data, n) == 0)
			found->matched = i;
	}
}

/* Whether the chain stands up to the records that were added. */
static bool
verify(STACK_OF(X509) * chain, SSL *ssl, const struct probe *p,
    const struct mx_host *host, const char *domain)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool ok;

	if (ctx == NULL ||
	    X509_STORE_CTX_init(ctx, SSL_CTX_get_cert_store(p->tls),
		sk_X509_value(chain, 0), chain) != 1)
		out_of_memory();
	X509_STORE_CTX_set_default(ctx, "ssl_server");
	X509_STORE_CTX_set0_dane(ctx, SSL_get0_dane(ssl));
	ok = add_names(X509_STORE_CTX_get0_param(ctx), host, domain) &&
	     X509_verify_cert(ctx) == 1;
	X509_STORE_CTX_free(ctx);
	return ok;
}

void
dane_judge(STACK_OF(X509) * chain, const struct probe *p,
    const struct mx_host *host, const char *domain, struct smtp_found *found)
{
	SSL *ssl;

	found->dane = DANE_NOT_COMPARED;
	if (host->n_records == 0)
		return;
	if ((ssl = SSL_new(p->tls)) == NULL ||
	    SSL_dane_enable(ssl, host->name) != 1)
		out_of_memory();
	SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	if (add_records(ssl, host) > 0) {
		found->dane = DANE_DIFFERS;
		if (verify(chain, ssl, p, host, domain))
			note_match(ssl, host, found);
	}
	SSL_free(ssl);
	ERR_clear_error();
}
