#ifndef NET_CERTIFICATE_H
#define NET_CERTIFICATE_H

#include <stdbool.h>
#include <openssl/ssl.h>

struct fault;
struct tls_settings;

enum {
	CERTIFICATE_DIGEST = 32, /* SHA-256 */
	CERTIFICATE_TEXT = 480,
	CERTIFICATE_DAYS = 14 /* left, when it is time to warn */
};

/* How a server's certificate is judged, and why it was refused. */
struct certificate {
	const struct tls_settings *settings;
	bool pinned;
	unsigned char pin[CERTIFICATE_DIGEST];
	char refused[CERTIFICATE_TEXT]; /* "" as long as it was not */
};

/*
 * Trust the certificates in a file, roots or not, or those of the system when
 * `ca_file` is NULL or "".  -1 with exit code 78.
 */
int certificate_trust(SSL_CTX *, const char *ca_file, struct fault *);

/*
 * Make the coming handshake verify chain, dates and the name or address of
 * the settings' host.  The fingerprint may vouch for a certificate whose chain
 * is unknown, and for nothing else.  `certificate` must outlive the handshake.
 * -1 with exit code 78 when fingerprint or ca_file cannot be used.
 */
int certificate_expect(struct certificate *, const struct tls_settings *,
    SSL_CTX *, SSL *, struct fault *);

/* What the handshake came to, to whoever looks on. */
void certificate_tell(const struct certificate *, SSL *);

/* -1 with exit code 69 and the reason when the handshake was refused by us. */
int certificate_fault(const struct certificate *, struct fault *);

#endif
