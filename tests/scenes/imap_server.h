#ifndef TESTS_IMAP_SERVER_H
#define TESTS_IMAP_SERVER_H

/*
 * A server on loopback for one connection, in a thread of its own, that says
 * what its script says, over TLS with certificates made on the spot.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* A key and its certificate. */
struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

static inline void
add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
}

/*
 * Issued by `ca` (NULL: by itself), valid between these days from now; `sans`
 * like "DNS:localhost", NULL for a certificate authority.
 */
static inline struct identity
identity_new(const char *name, const struct identity *ca, const char *sans,
    long from, long to)
{
	struct identity id = { EVP_EC_gen("P-256"), X509_new() };
	X509_NAME *subject = X509_get_subject_name(id.cert);
	static long serial = 1;

	X509_set_version(id.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(id.cert), serial++);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(
	    id.cert, ca != NULL ? X509_get_subject_name(ca->cert) : subject);
	X509_gmtime_adj(X509_getm_notBefore(id.cert), from * 86400);
	X509_gmtime_adj(X509_getm_notAfter(id.cert), to * 86400);
	X509_set_pubkey(id.cert, id.key);
	if (sans != NULL)
		add_extension(id.cert, ca != NULL ? ca->cert : id.cert,
		    NID_subject_alt_name, sans);
	else
		add_extension(id.cert, id.cert, NID_basic_constraints,
		    "critical,CA:TRUE");
	X509_sign(id.cert, ca != NULL ? ca->key : id.key, EVP_sha256());
	return id;
}

static inline void
identity_free(struct identity *id)
{
	EVP_PKEY_free(id->key);
	X509_free(id->cert);
}

static inline void
identity_write(const struct identity *id, const char *path)
{
	FILE *f = fopen(path, "w");

	PEM_write_X509(f, id->cert);
	fclose(f);
}

static inline void
identity_fingerprint(const struct identity *id, char hex[65])
{
	unsigned char digest[32];
	unsigned n = 0;
	int i;

	X509_digest(id->cert, EVP_sha256(), digest, &n);
	for (i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

struct server {
	int listener;
	uint16_t port;
	pthread_t thread;
	/* set before server_start */
	const struct identity *identity; /* NULL: no TLS at first */
	int max_version;		 /* 0: any */
	void (*play)(struct server *);
	const void *script;
	/* while it runs */
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;
	char error[300]; /* what the client did wrong */
};

/* -1 when the client has gone. */
static inline int
server_send(struct server *s, const char *p, size_t n)
{
	if (s->ssl != NULL)
		return SSL_write(s->ssl, p, (int)n) == (int)n ? 0 : -1;
	return send(s->fd, p, n, MSG_NOSIGNAL) == (ssize_t)n ? 0 : -1;
}

static inline int
server_say(struct server *s, const char *text)
{
	return server_send(s, text, strlen(text));
}

/* A line of the client without its end; -1 when it has gone. */
static inline int
server_read_line(struct server *s, char *line, size_t size)
{
	size_t n = 0;
	ssize_t r;
	char c;

	for (;;) {
		r = s->ssl != NULL ? SSL_read(s->ssl, &c, 1)
				   : recv(s->fd, &c, 1, 0);
		if (r != 1)
			return -1;
		if (c == '\n')
			break;
		if (c != '\r' && n + 1 < size)
			line[n++] = c;
	}
	line[n] = '\0';
	return 0;
}

static inline int
server_handshake(struct server *s, const struct identity *id)
{
	s->ctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX_use_certificate(s->ctx, id->cert);
	SSL_CTX_use_PrivateKey(s->ctx, id->key);
	if (s->max_version != 0) {
		SSL_CTX_set_cipher_list(s->ctx, "ALL:@SECLEVEL=0");
		SSL_CTX_set_min_proto_version(s->ctx, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(s->ctx, s->max_version);
	}
	s->ssl = SSL_new(s->ctx);
	SSL_set_fd(s->ssl, s->fd);
	return SSL_accept(s->ssl) == 1 ? 0 : -1;
}

static inline void *
server_main(void *arg)
{
	struct server *s = arg;
	int on = 1;

	s->fd = accept(s->listener, NULL, NULL);
	if (s->fd == -1)
		return NULL;
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (s->identity == NULL || server_handshake(s, s->identity) == 0)
		s->play(s);
	if (s->ssl != NULL)
		SSL_shutdown(s->ssl);
	SSL_free(s->ssl);
	SSL_CTX_free(s->ctx);
	s->ssl = NULL;
	s->ctx = NULL;
	ERR_clear_error();
	close(s->fd);
	return NULL;
}

static inline void
server_start(struct server *s)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bind(s->listener, (struct sockaddr *)&sin, len);
	listen(s->listener, 1);
	getsockname(s->listener, (struct sockaddr *)&sin, &len);
	s->port = ntohs(sin.sin_port);
	pthread_create(&s->thread, NULL, server_main, s);
}

/* Wait for it to end, which it does when the client has gone. */
static inline void
server_stop(struct server *s)
{
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	close(s->listener);
}

/* Sleep, but not much longer than the client stays; what it says is lost. */
static inline void
server_sleep(struct server *s, int milliseconds)
{
	struct timespec slice = { .tv_nsec = 10 * 1000000 };
	char drop[1000];

	for (; milliseconds > 0; milliseconds -= 10) {
		if (recv(s->fd, drop, sizeof drop, MSG_DONTWAIT) == 0)
			return;
		nanosleep(&slice, NULL);
	}
}

#endif
