#ifndef PROBE_SMTP_SESSION_H
#define PROBE_SMTP_SESSION_H

#include <stdint.h>
#include <openssl/x509.h>

struct arena;
struct mx_host;
struct probe;
struct smtp_found;

/* An address of an MX host, and for whom it is looked at. */
struct smtp_target {
	const struct mx_host *host; /* its name and TLSA records are used */
	const char *domain;
	const char *address;
};

/*
 * Talk to it as a sender does, up to the handshake, EHLO behind it and QUIT;
 * no mail is begun (RFC 5321, RFC 3207).  All ends when wait_clock() shows
 * `until`.  `found` is filled, strings in the arena.  `*chain` gets the
 * certificates that the server sent, to be freed with their stack, when a TLSA
 * record is there whose match depends on the domain (usage 2); else NULL.
 */
void smtp_look(const struct probe *, const struct smtp_target *, int64_t until,
    struct arena *, struct smtp_found *, STACK_OF(X509) * *chain);

#endif
