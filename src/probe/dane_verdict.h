#ifndef PROBE_DANE_VERDICT_H
#define PROBE_DANE_VERDICT_H

#include <openssl/x509.h>

struct mx_host;
struct probe;
struct smtp_found;

/*
 * Hold the chain that a server sent against the TLSA records of its host (RFC
 * 7672 §3.1): by usage 3 the key or certificate alone, by usage 2 the chain
 * below it, with its dates and one of the names: the host's, the one that the
 * records stand at, or `domain`.  Sets `dane`, `matched` and `dane_usage`:
 * DANE_NOT_COMPARED when no record is usable.
 */
void dane_judge(STACK_OF(X509) * chain, const struct probe *,
    const struct mx_host *, const char *domain, struct smtp_found *);

#endif
