#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "net/certificate.h"
#include "net/connect_steps.h"
#include "net/dial.h"
#include "net/tls.h"
#include "net/wire.h"

enum {
	TRACE_MAX = 1000,
	RECEIVE = 16 * 1024,   /* one TLS record */
	READ_AHEAD = 64 * 1024 /* several TLS records a system call */
};

/* The low driver of libetpan's stream. */
struct stream {
	struct wire wire;
	struct tls_filter filter;
	SSL_CTX *ctx;
	SSL *ssl;		 /* until it is in use on the wire */
	struct fault unprepared; /* when there is none */
	char raw[RECEIVE];
	struct span rest;  /* of these, what the filter has not taken */
	struct buf passed; /* what the filter let through */
	size_t taken;	   /* of that, by libetpan */
};

static int
receive(struct stream *s)
{
	ssize_t got = wire_receive(&s->wire, s->raw, sizeof s->raw);

	if (got == -1)
		return -1;
	s->rest = (struct span){ s->raw, (size_t)got };
	return 0;
}

/* Until something has passed the filter. */
static int
fill(struct stream *s)
{
	buf_reset(&s->passed);
	s->taken = 0;
	while (s->passed.len == 0) {
		if (s->rest.n == 0 && receive(s) == -1)
			return -1;
		if (s->filter.feed(s->filter.arg, &s->rest, &s->passed,
			&s->wire.fault) == -1) {
			s->wire.failed = true;
			return s->passed.len > 0 ? 0 : -1;
		}
	}
	return 0;
}

/*
 * libetpan takes 0 for "try again" and would spin, so the end is -1 as well.
 */
static ssize_t
driver_read(mailstream_low *low, void *buf, size_t n)
{
	struct stream *s = low->data;
	size_t left = s->passed.len - s->taken;

	if (left == 0) {
		if (s->wire.failed || fill(s) == -1)
			return -1;
		left = s->passed.len;
	}
	if (n > left)
		n = left;
	memcpy(buf, s->passed.data + s->taken, n);
	s->taken += n;
	return (ssize_t)n;
}

static void
trace(const mailstream_low *low, const char *p, size_t n)
{
	const struct stream *s = low->data;

	while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == '\n'))
		n--;
	if (!low->privacy)
		log_trace("%s: C: (what is secret)", s->wire.settings->host);
	else
		log_trace("%s: C: %.*s", s->wire.settings->host,
		    n < TRACE_MAX ? (int)n : TRACE_MAX, p);
}

static ssize_t
driver_write(mailstream_low *low, const void *buf, size_t n)
{
	struct stream *s = low->data;

	if (s->wire.failed || n == 0)
		return -1;
	trace(low, buf, n);
	return wire_send(&s->wire, buf, n);
}

static int
driver_close(mailstream_low *low)
{
	struct stream *s = low->data;

	if (s->wire.ssl != NULL && !s->wire.failed)
		SSL_shutdown(
		    s->wire.ssl); /* says goodbye, does not wait for it */
	if (s->wire.fd != -1)
		close(s->wire.fd);
	s->wire.fd = -1;
	s->wire.failed = true;
	return 0;
}

static int
driver_fd(mailstream_low *low)
{
	struct stream *s = low->data;

	return s->wire.fd;
}

static void
stream_free(struct stream *s)
{
	SSL_free(s->ssl);
	SSL_free(s->wire.ssl);
	SSL_CTX_free(s->ctx);
	buf_free(&s->passed);
	free(s);
}

static void
driver_free(mailstream_low *low)
{
	struct stream *s = low->data;

	stream_free(s);
	free(low);
}

/*
 * Reads ahead.  OpenSSL can do that by itself, but then moves, at each record,
 * all that has come behind it.
 */
static BIO *
buffered(BIO *wire)
{
	BIO *buffer = BIO_new(BIO_f_buffer());

	if (buffer == NULL || BIO_set_read_buffer_size(buffer, READ_AHEAD) != 1)
		out_of_memory();
	return BIO_push(buffer, wire);
}

/* All of TLS that can be had before there is a connection. */
static void
prepare(void *arg)
{
	struct stream *s = arg;

	s->ctx = SSL_CTX_new(TLS_client_method());
	if (s->ctx == NULL || (s->ssl = SSL_new(s->ctx)) == NULL ||
	    SSL_set_min_proto_version(s->ssl, TLS1_2_VERSION) != 1)
		out_of_memory();
	SSL_set_mode(s->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
				 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (certificate_expect(&s->wire.certificate, s->wire.settings, s->ctx,
		s->ssl, &s->unprepared) == 0)
		return;
	SSL_free(s->ssl);
	s->ssl = NULL;
}

/* From now on all goes through it. */
static void
switch_to_tls(struct stream *s)
{
	BIO *in = BIO_new_socket(s->wire.fd, BIO_NOCLOSE);
	BIO *out = BIO_new_socket(s->wire.fd, BIO_NOCLOSE);

	if (in == NULL || out == NULL)
		out_of_memory();
	SSL_set_bio(s->ssl, buffered(in), out);
	s->wire.ssl = s->ssl;
	s->ssl = NULL;
}

int
tls_handshake(mailstream_low *low, struct fault *f)
{
	struct stream *s = low->data;
	SSL *ssl;
	int r;

	steps_begin(s->wire.settings->steps, "TLS");
	if (s->rest.n > 0) {
		wire_fail(&s->wire, WIRE_OTHER, EX_UNAVAILABLE,
		    "the server said something between STARTTLS and TLS",
		    "somebody may be in between");
		return tls_fault(low, f);
	}
	if (s->ssl == NULL) {
		s->wire.failed = true;
		s->wire.fault = s->unprepared;
		return tls_fault(low, f);
	}
	switch_to_tls(s);
	ssl = s->wire.ssl;
	tls_begin(low, TLS_PROMPT);
	for (;;) {
		ERR_clear_error();
		errno = 0;
		if ((r = SSL_connect(ssl)) == 1)
			break;
		if (wire_retry(&s->wire, r) == -1)
			return tls_fault(low, f);
	}
	if (SSL_get_verify_result(ssl) != X509_V_OK)
		wire_fail(&s->wire, WIRE_OTHER, EX_UNAVAILABLE,
		    "the certificate is refused",
		    X509_verify_cert_error_string(SSL_get_verify_result(ssl)));
	log_debug("%s: %s, %s", s->wire.settings->host, SSL_get_version(ssl),
	    SSL_get_cipher_name(ssl));
	if (!s->wire.failed)
		certificate_tell(&s->wire.certificate, ssl);
	return tls_fault(low, f);
}

mailstream_low *
tls_connect(const struct tls_settings *set, const struct tls_filter *filter,
    struct fault *f)
{
	static mailstream_low_driver driver = { .mailstream_read = driver_read,
		.mailstream_write = driver_write,
		.mailstream_close = driver_close,
		.mailstream_get_fd = driver_fd,
		.mailstream_free = driver_free };
	struct stream *s = xcalloc(1, sizeof *s);
	struct dial_meanwhile meanwhile = { prepare, s };
	mailstream_low *low;

	s->wire.settings = set;
	s->filter = *filter;
	s->passed.max = 2 * RECEIVE + filter->room;
	s->wire.fd = dial(set, set->mode != TLS_NONE ? &meanwhile : NULL, f);
	if (s->wire.fd == -1) {
		stream_free(s);
		return NULL;
	}
	if ((low = mailstream_low_new(s, &driver)) == NULL)
		out_of_memory();
	if (set->mode == TLS_IMPLICIT && tls_handshake(low, f) == -1) {
		mailstream_low_close(low);
		mailstream_low_free(low);
		return NULL;
	}
	return low;
}

void
tls_await_greeting(mailstream_low *low)
{
	struct stream *s = low->data;

	if (s->wire.ssl == NULL)
		wire_knock(&s->wire);
}

void
tls_begin(mailstream_low *low, enum tls_pace pace)
{
	struct stream *s = low->data;

	s->wire.pace = pace;
	s->wire.waited = 0;
	s->wire.moved = 0;
}

void
tls_take_leave(mailstream_low *low, const char *bytes, size_t n)
{
	const struct stream *s = low->data;
	size_t sent;

	trace(low, bytes, n);
	if (s->wire.ssl == NULL) {
		(void)!send(s->wire.fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	} else if (SSL_is_init_finished(s->wire.ssl)) {
		(void)!SSL_write_ex(s->wire.ssl, bytes, n, &sent);
		SSL_shutdown(s->wire.ssl);
	}
	ERR_clear_error();
}

void
tls_break(mailstream_low *low, const struct fault *f)
{
	struct stream *s = low->data;

	if (!s->wire.failed)
		s->wire.fault = *f;
	s->wire.failed = true;
	s->rest.n = 0;
	buf_reset(&s->passed);
	s->taken = 0;
}

int
tls_fault(mailstream_low *low, struct fault *f)
{
	struct stream *s = low->data;

	if (!s->wire.failed)
		return 0;
	*f = s->wire.fault;
	return -1;
}
