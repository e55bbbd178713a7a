#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/tls.h"
#include "net/wire.h"
#include "probe/handshake.h"
#include "probe/probe.h"

/* Versions and ciphers of long ago, which Debian else refuses. */
static bool
allow_all(SSL *ssl)
{
	SSL_set_security_level(ssl, 0);
	return SSL_set_min_proto_version(ssl, TLS1_VERSION) == 1 &&
	       SSL_set_cipher_list(ssl, "ALL:@SECLEVEL=0") == 1;
}

/* Certificates of any strength are taken, since they are judged behind. */
static bool
allow_senders(SSL *ssl)
{
	SSL_set_security_level(ssl, 1);
	return SSL_set_min_proto_version(ssl, TLS1_2_VERSION) == 1;
}

int
handshake(struct wire *w, const struct probe *p, const char *name,
    enum handshake_versions versions)
{
	SSL *ssl = SSL_new(p->tls);
	char *sni = xstrdup(name); /* OpenSSL's macro takes no constant */
	bool ok;
	int r;

	ok = ssl != NULL && SSL_set_fd(ssl, w->fd) == 1 &&
	     SSL_set_tlsext_host_name(ssl, sni) == 1 &&
	     (versions == HANDSHAKE_ALL ? allow_all(ssl) : allow_senders(ssl));
	free(sni);
	if (!ok)
		out_of_memory();
	w->ssl = ssl;
	w->waited = 0;
	for (;;) {
		ERR_clear_error();
		errno = 0;
		if ((r = SSL_connect(ssl)) == 1)
			return 0;
		if (wire_retry(w, r) == -1)
			return -1;
	}
}

void
wire_open(struct wire *w, const struct tls_settings *set, int fd)
{
	*w = (struct wire){ .settings = set, .fd = fd, .pace = TLS_PROMPT };
}

void
wire_close(struct wire *w)
{
	if (w->ssl != NULL && !w->failed)
		SSL_shutdown(w->ssl);
	SSL_free(w->ssl);
	w->ssl = NULL;
	if (w->fd != -1)
		close(w->fd);
	w->fd = -1;
	ERR_clear_error();
}
