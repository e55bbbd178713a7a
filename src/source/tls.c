#include <sys/socket.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/log.h"
#include "source/certificate.h"
#include "source/dial.h"
#include "source/guard.h"
#include "source/steps.h"
#include "source/tls.h"
#include "source/wait.h"

enum {
	STEADY_TIMEOUTS = 4, /* see enum tls_pace */
	STEADY_RATE = 1,     /* bytes a millisecond */
	TRACE_MAX = 1000,
	RECEIVE = 16 * 1024,   /* one TLS record */
	READ_AHEAD = 64 * 1024 /* several TLS records a system call */
};

/* A connection, in clear until `ssl` is set. */
struct stream {
	const struct tls_settings *settings;
	struct guard *guard;
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;
	struct certificate certificate;
	/* of the present command */
	enum tls_pace pace;
	int64_t waited; /* milliseconds */
	int64_t moved;	/* bytes */
	bool failed;
	struct fault fault;
	char raw[RECEIVE];
	struct span rest;  /* of these, what the guard has not seen */
	struct buf passed; /* the guard, and not yet read by libetpan */
	size_t taken;	   /* of that */
};

static int
fail(struct stream *s, int status, const char *what, const char *detail)
{
	s->failed = true;
	return fault(&s->fault, FAULT_SESSION, status,
	    "connection to %s: %s%s%s", s->settings->host, what,
	    detail[0] != '\0' ? ": " : "", detail);
}

static int
fail_late(struct stream *s, bool silent)
{
	const char *host = s->settings->host;

	s->failed = true;
	if (s->pace == TLS_PROMPT)
		return fault(&s->fault, FAULT_SESSION, EX_UNAVAILABLE,
		    "connection to %s: no answer within %u s", host,
		    s->settings->timeout);
	if (silent)
		return fault(&s->fault, FAULT_SESSION, EX_UNAVAILABLE,
		    "connection to %s: no answer for %u s", host,
		    s->settings->timeout);
	return fault(&s->fault, FAULT_SESSION, EX_UNAVAILABLE,
	    "connection to %s: too slow: %lld bytes in %lld s", host,
	    (long long)s->moved, (long long)(s->waited / 1000));
}

/* Milliseconds that this command may still wait. */
static int64_t
time_left(const struct stream *s)
{
	int64_t timeout = (int64_t)s->settings->timeout * 1000;

	if (s->pace == TLS_PROMPT)
		return timeout - s->waited;
	return timeout * STEADY_TIMEOUTS + s->moved / STEADY_RATE - s->waited;
}

static int
wait_io(struct stream *s, short events)
{
	struct pollfd fd = { .fd = s->fd, .events = events };
	int64_t timeout = (int64_t)s->settings->timeout * 1000;
	int64_t left = time_left(s), now = wait_clock();
	enum wait_result r;

	if (left <= 0)
		return fail_late(s, false);
	r = wait_for(
	    &fd, 1, now + (left < timeout ? left : timeout), s->settings->stop);
	s->waited += wait_clock() - now;
	if (r == WAIT_LATE)
		return fail_late(s, left >= timeout);
	if (r == WAIT_STOPPED)
		return fail(s, EX_TEMPFAIL, "stopped", "");
	return 0;
}

/* What OpenSSL says of its last failure. */
static const char *
reason(unsigned long e)
{
	const char *text = ERR_reason_error_string(e);

	return text != NULL ? text : "unknown TLS error";
}

static bool
is_old_tls(unsigned long e)
{
	return ERR_GET_REASON(e) == SSL_R_UNSUPPORTED_PROTOCOL ||
	       ERR_GET_REASON(e) == SSL_R_TLSV1_ALERT_PROTOCOL_VERSION ||
	       ERR_GET_REASON(e) == SSL_R_WRONG_SSL_VERSION;
}

static int
fail_tls(struct stream *s, int error)
{
	unsigned long e = ERR_peek_error();
	int saved = errno;

	s->failed = true;
	if (certificate_fault(&s->certificate, &s->fault) == -1)
		return -1;
	if (error == SSL_ERROR_ZERO_RETURN ||
	    (error == SSL_ERROR_SYSCALL && e == 0 && saved == 0) ||
	    ERR_GET_REASON(e) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return fail(s, EX_UNAVAILABLE, "the server closed it", "");
	if (error == SSL_ERROR_SYSCALL)
		return fail(s, EX_UNAVAILABLE, "broken", strerror(saved));
	if (ERR_GET_REASON(e) == SSL_R_WRONG_VERSION_NUMBER)
		return fail(s, EX_UNAVAILABLE,
		    "the server does not begin TLS "
		    "there: port 143 needs tls = starttls",
		    "");
	if (is_old_tls(e))
		return fail(s, EX_UNAVAILABLE,
		    "the server does not speak TLS 1.2 or newer", "");
	if (ERR_GET_REASON(e) >= SSL_AD_REASON_OFFSET)
		return fail(
		    s, EX_UNAVAILABLE, "the server ended TLS", reason(e));
	return fail(s, EX_UNAVAILABLE, "TLS failed", reason(e));
}

/* What to do after an OpenSSL call that returned `r`: 0 to call again. */
static int
retry(struct stream *s, int r)
{
	int error = SSL_get_error(s->ssl, r);

	if (error == SSL_ERROR_WANT_READ)
		return wait_io(s, POLLIN);
	if (error == SSL_ERROR_WANT_WRITE)
		return wait_io(s, POLLOUT);
	return fail_tls(s, error);
}

static ssize_t
receive_tls(struct stream *s, void *buf, size_t n)
{
	size_t got;
	int r;

	for (;;) {
		ERR_clear_error();
		errno = 0;
		if ((r = SSL_read_ex(s->ssl, buf, n, &got)) == 1)
			return (ssize_t)got;
		if (retry(s, r) == -1)
			return -1;
	}
}

static ssize_t
receive_clear(struct stream *s, void *buf, size_t n)
{
	ssize_t got;

	for (;;) {
		if ((got = recv(s->fd, buf, n, 0)) > 0)
			return got;
		if (got == 0)
			return fail(
			    s, EX_UNAVAILABLE, "the server closed it", "");
		if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (wait_io(s, POLLIN) == -1)
				return -1;
		} else if (errno != EINTR) {
			return fail(
			    s, EX_UNAVAILABLE, "broken", strerror(errno));
		}
	}
}

static int
receive(struct stream *s)
{
	ssize_t got = s->ssl != NULL ? receive_tls(s, s->raw, sizeof s->raw)
				     : receive_clear(s, s->raw, sizeof s->raw);

	if (got == -1)
		return -1;
	s->moved += got;
	s->rest = (struct span){ s->raw, (size_t)got };
	return 0;
}

/* Until something has passed the guard. */
static int
fill(struct stream *s)
{
	buf_reset(&s->passed);
	s->taken = 0;
	while (s->passed.len == 0) {
		if (s->rest.n == 0 && receive(s) == -1)
			return -1;
		if (guard_feed(s->guard, &s->rest, &s->passed, &s->fault) ==
		    -1) {
			s->failed = true;
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
		if (s->failed || fill(s) == -1)
			return -1;
		left = s->passed.len;
	}
	if (n > left)
		n = left;
	memcpy(buf, s->passed.data + s->taken, n);
	s->taken += n;
	return (ssize_t)n;
}

static ssize_t
send_tls(struct stream *s, const void *buf, size_t n)
{
	size_t sent;
	int r;

	for (;;) {
		ERR_clear_error();
		errno = 0;
		if ((r = SSL_write_ex(s->ssl, buf, n, &sent)) == 1)
			return (ssize_t)sent;
		if (retry(s, r) == -1)
			return -1;
	}
}

static ssize_t
send_clear(struct stream *s, const void *buf, size_t n)
{
	ssize_t sent;

	for (;;) {
		if ((sent = send(s->fd, buf, n, MSG_NOSIGNAL)) >= 0)
			return sent;
		if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (wait_io(s, POLLOUT) == -1)
				return -1;
		} else if (errno != EINTR) {
			return fail(
			    s, EX_UNAVAILABLE, "broken", strerror(errno));
		}
	}
}

static void
trace(const mailstream_low *low, const char *p, size_t n)
{
	const struct stream *s = low->data;

	while (n > 0 && (p[n - 1] == '\r' || p[n - 1] == '\n'))
		n--;
	if (!low->privacy)
		log_trace("%s: C: (what is secret)", s->settings->host);
	else
		log_trace("%s: C: %.*s", s->settings->host,
		    n < TRACE_MAX ? (int)n : TRACE_MAX, p);
}

static ssize_t
driver_write(mailstream_low *low, const void *buf, size_t n)
{
	struct stream *s = low->data;
	ssize_t sent;

	if (s->failed || n == 0)
		return -1;
	trace(low, buf, n);
	sent = s->ssl != NULL ? send_tls(s, buf, n) : send_clear(s, buf, n);
	if (sent > 0)
		s->moved += sent;
	return sent;
}

static int
driver_close(mailstream_low *low)
{
	struct stream *s = low->data;

	if (s->ssl != NULL && !s->failed)
		SSL_shutdown(s->ssl); /* says goodbye, does not wait for it */
	if (s->fd != -1)
		close(s->fd);
	s->fd = -1;
	s->failed = true;
	return 0;
}

static int
driver_fd(mailstream_low *low)
{
	struct stream *s = low->data;

	return s->fd;
}

static void
driver_free(mailstream_low *low)
{
	struct stream *s = low->data;

	SSL_free(s->ssl);
	SSL_CTX_free(s->ctx);
	buf_free(&s->passed);
	free(s);
	free(low);
}

static int
prepare(struct stream *s, SSL **ssl, struct fault *f)
{
	s->ctx = SSL_CTX_new(TLS_client_method());
	if (s->ctx == NULL || (*ssl = SSL_new(s->ctx)) == NULL)
		out_of_memory();
	if (SSL_set_min_proto_version(*ssl, TLS1_2_VERSION) != 1 ||
	    SSL_set_fd(*ssl, s->fd) != 1)
		out_of_memory();
	SSL_set_mode(*ssl, SSL_MODE_ENABLE_PARTIAL_WRITE |
			       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_set_read_ahead(*ssl, 1);
	SSL_set_default_read_buffer_len(*ssl, READ_AHEAD);
	return certificate_expect(
	    &s->certificate, s->settings, s->ctx, *ssl, f);
}

int
tls_handshake(mailstream_low *low, struct fault *f)
{
	struct stream *s = low->data;
	SSL *ssl = NULL;
	int r;

	steps_begin(s->settings->steps, "TLS");
	if (s->rest.n > 0) {
		fail(s, EX_UNAVAILABLE,
		    "the server said something between STARTTLS and TLS",
		    "somebody may be in between");
		return tls_fault(low, f);
	}
	if (prepare(s, &ssl, f) == -1) {
		SSL_free(ssl);
		s->failed = true;
		s->fault = *f;
		return -1;
	}
	s->ssl = ssl;
	tls_begin(low, TLS_PROMPT);
	for (;;) {
		ERR_clear_error();
		errno = 0;
		if ((r = SSL_connect(ssl)) == 1)
			break;
		if (retry(s, r) == -1)
			return tls_fault(low, f);
	}
	if (SSL_get_verify_result(ssl) != X509_V_OK)
		fail(s, EX_UNAVAILABLE, "the certificate is refused",
		    X509_verify_cert_error_string(SSL_get_verify_result(ssl)));
	log_debug("%s: %s, %s", s->settings->host, SSL_get_version(ssl),
	    SSL_get_cipher_name(ssl));
	if (!s->failed)
		certificate_tell(&s->certificate, ssl);
	return tls_fault(low, f);
}

mailstream_low *
tls_connect(
    const struct tls_settings *set, struct guard *guard, struct fault *f)
{
	static mailstream_low_driver driver = { .mailstream_read = driver_read,
		.mailstream_write = driver_write,
		.mailstream_close = driver_close,
		.mailstream_get_fd = driver_fd,
		.mailstream_free = driver_free };
	struct stream *s;
	mailstream_low *low;
	int fd;

	if ((fd = dial(set, f)) == -1)
		return NULL;
	s = xcalloc(1, sizeof *s);
	s->settings = set;
	s->guard = guard;
	s->fd = fd;
	s->passed.max = 2 * RECEIVE + GUARD_LINE;
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
tls_begin(mailstream_low *low, enum tls_pace pace)
{
	struct stream *s = low->data;

	s->pace = pace;
	s->waited = 0;
	s->moved = 0;
}

void
tls_take_leave(mailstream_low *low, const char *bytes, size_t n)
{
	const struct stream *s = low->data;
	size_t sent;

	trace(low, bytes, n);
	if (s->ssl == NULL) {
		(void)!send(s->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	} else if (SSL_is_init_finished(s->ssl)) {
		(void)!SSL_write_ex(s->ssl, bytes, n, &sent);
		SSL_shutdown(s->ssl);
	}
	ERR_clear_error();
}

void
tls_break(mailstream_low *low, const struct fault *f)
{
	struct stream *s = low->data;

	if (!s->failed)
		s->fault = *f;
	s->failed = true;
	s->rest.n = 0;
	buf_reset(&s->passed);
	s->taken = 0;
}

int
tls_fault(mailstream_low *low, struct fault *f)
{
	struct stream *s = low->data;

	if (!s->failed)
		return 0;
	*f = s->fault;
	return -1;
}
