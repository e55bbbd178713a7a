#ifndef NET_CERTIFICATE_NAMES_H
#define NET_CERTIFICATE_NAMES_H

#include <openssl/x509.h>

/* The names that a certificate is for (subjectAltName; RFC 9525 §6). */
struct alternatives {
	char list[200]; /* the first of them, for people */
	/* which a host could be set to, when `host` was meant for that server;
	 * "*.example.com" when there is a pattern alone, "" for none */
	char best[120];
};

void alternatives_read(X509 *, const char *host, struct alternatives *);

#endif
