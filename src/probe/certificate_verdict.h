#ifndef PROBE_CERTIFICATE_VERDICT_H
#define PROBE_CERTIFICATE_VERDICT_H

#include <openssl/x509.h>

struct arena;
struct certificate_found;

/*
 * What the certificate at the front of `chain`, as a server sent it, is worth
 * for `host` to a sender that trusts the certificates of `store`: its name
 * (subjectAltName alone, RFC 9525), dates, chain, and keys and signatures of
 * 112 bits at least.  Of several faults one is told: that of the chain, else
 * the name, the dates, the strength.  Strings go into the arena.
 */
void certificate_judge(STACK_OF(X509) * chain, X509_STORE *store,
    const char *host, struct arena *, struct certificate_found *);

#endif
