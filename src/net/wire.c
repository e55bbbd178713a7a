#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sysexits.h>

#include "base/fault.h"
#include "net/certificate.h"
#include "net/tls.h"
#include "net/wait.h"
#include "net/wire.h"

enum {
	PATIENCE = 5000, /* milliseconds, with a server that does not greet */
	STEADY_TIMEOUTS = 4, /* see enum tls_pace */
	STEADY_RATE = 1	     /* bytes a millisecond */
};

static const char prefix[] = "connection to ";

int
wire_fail(struct wire *w, enum wire_failure failure, int status,
    const char *what, const char *detail)
{
	w->failed = true;
	w->failure = failure;
	return fault(&w->fault, FAULT_SESSION, status, "%s%s: %s%s%s", prefix,
	    w->settings->host, what, detail[0] != '\0' ? ": " : "", detail);
}

const char *
wire_reason(const struct wire *w)
{
	size_t n = strlen(prefix) + strlen(w->settings->host) + 2;

	if (strncmp(w->fault.text, prefix, strlen(prefix)) != 0 ||
	    strlen(w->fault.text) < n)
		return w->fault.text;
	return w->fault.text + n;
}

static void
note_wrong_mode(const struct wire *w)
{
	if (w->settings->is_wrong_mode != NULL)
		*w->settings->is_wrong_mode = true;
}

int
wire_wrong_mode(struct wire *w, const char *what)
{
	note_wrong_mode(w);
	return wire_fail(w, WIRE_OTHER, EX_UNAVAILABLE, what, "");
}

static int
fail_late(struct wire *w, bool silent)
{
	const char *host = w->settings->host;

	w->failed = true;
	w->failure = WIRE_LATE;
	if (w->pace == TLS_PROMPT)
		return fault(&w->fault, FAULT_SESSION, EX_UNAVAILABLE,
		    "connection to %s: no answer within %u s", host,
		    w->settings->timeout);
	if (silent)
		return fault(&w->fault, FAULT_SESSION, EX_UNAVAILABLE,
		    "connection to %s: no answer for %u s", host,
		    w->settings->timeout);
	return fault(&w->fault, FAULT_SESSION, EX_UNAVAILABLE,
	    "connection to %s: too slow: %lld bytes in %lld s", host,
	    (long long)w->moved, (long long)(w->waited / 1000));
}

/* All that the caller does over the connection has taken too long. */
static int
fail_limit(struct wire *w)
{
	return wire_fail(w, WIRE_LATE, EX_TEMPFAIL,
	    "the time for this mailbox is over",
	    "the next run goes on from here");
}

/* Milliseconds that this command may still wait. */
static int64_t
time_left(const struct wire *w)
{
	int64_t timeout = (int64_t)w->settings->timeout * 1000;

	if (w->pace == TLS_PROMPT)
		return timeout - w->waited;
	return timeout * STEADY_TIMEOUTS + w->moved / STEADY_RATE - w->waited;
}

static int
wait_io(struct wire *w, short events)
{
	struct pollfd fd = { .fd = w->fd, .events = events };
	int64_t timeout = (int64_t)w->settings->timeout * 1000;
	int64_t left = time_left(w), now = wait_clock();
	int64_t until = now + (left < timeout ? left : timeout);
	int64_t end = w->settings->deadline;
	enum wait_result r;

	if (end != 0 && now >= end)
		return fail_limit(w);
	if (left <= 0)
		return fail_late(w, false);
	r = wait_for(
	    &fd, 1, end != 0 && end < until ? end : until, w->settings->stop);
	w->waited += wait_clock() - now;
	if (r == WAIT_LATE && end != 0 && end < until)
		return fail_limit(w);
	if (r == WAIT_LATE)
		return fail_late(w, left >= timeout);
	if (r == WAIT_STOPPED)
		return wire_fail(w, WIRE_STOPPED, EX_TEMPFAIL, "stopped", "");
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
fail_closed(struct wire *w, enum wire_failure failure)
{
	return wire_fail(
	    w, failure, EX_UNAVAILABLE, "the server closed it", "");
}

static int
fail_broken(struct wire *w, int error)
{
	return wire_fail(
	    w, WIRE_BROKEN, EX_UNAVAILABLE, "broken", strerror(error));
}

static int
fail_tls(struct wire *w, int error)
{
	unsigned long e = ERR_peek_error();
	int saved = errno;

	w->failed = true;
	w->failure = WIRE_OTHER;
	if (certificate_fault(&w->certificate, &w->fault) == -1)
		return -1;
	if (error == SSL_ERROR_ZERO_RETURN)
		return fail_closed(w, WIRE_CLOSED);
	if ((error == SSL_ERROR_SYSCALL && e == 0 && saved == 0) ||
	    ERR_GET_REASON(e) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return fail_closed(w, WIRE_BROKEN);
	if (error == SSL_ERROR_SYSCALL)
		return fail_broken(w, saved);
	if (ERR_GET_REASON(e) == SSL_R_WRONG_VERSION_NUMBER) {
		if (!SSL_is_init_finished(w->ssl))
			note_wrong_mode(w);
		return wire_fail(w, WIRE_NO_TLS, EX_UNAVAILABLE,
		    "the server does not begin TLS "
		    "there: set tls = starttls, or the port for tls = implicit "
		    "(993 mostly)",
		    "");
	}
	if (is_old_tls(e))
		return wire_fail(w, WIRE_TLS_OLD, EX_UNAVAILABLE,
		    "the server does not speak TLS 1.2 or newer", "");
	if (ERR_GET_REASON(e) >= SSL_AD_REASON_OFFSET)
		return wire_fail(w, WIRE_TLS, EX_UNAVAILABLE,
		    "the server ended TLS", reason(e));
	return wire_fail(w, WIRE_TLS, EX_UNAVAILABLE, "TLS failed", reason(e));
}

int
wire_retry(struct wire *w, int r)
{
	int error = SSL_get_error(w->ssl, r);

	if (error == SSL_ERROR_WANT_READ)
		return wait_io(w, POLLIN);
	if (error == SSL_ERROR_WANT_WRITE)
		return wait_io(w, POLLOUT);
	return fail_tls(w, error);
}

static ssize_t
receive_tls(struct wire *w, void *buf, size_t n)
{
	size_t got;
	int r;

	for (;;) {
		ERR_clear_error();
		errno = 0;
		if ((r = SSL_read_ex(w->ssl, buf, n, &got)) == 1)
			return (ssize_t)got;
		if (wire_retry(w, r) == -1)
			return -1;
	}
}

#define SPEAKS_TLS "the server begins TLS at once there: set tls = implicit"

/* An alert or a handshake message of any version (RFC 8446 §5.1). */
static bool
is_tls_record(const char *bytes)
{
	return bytes[0] == 0x15 || bytes[0] == 0x16;
}

static ssize_t
receive_clear(struct wire *w, void *buf, size_t n)
{
	ssize_t got;

	for (;;) {
		got = recv(w->fd, buf, n, 0);
		if (got > 0 && w->moved == 0 && is_tls_record(buf))
			return wire_wrong_mode(w, SPEAKS_TLS);
		if (got > 0)
			return got;
		if (got == 0 && w->knocked)
			return wire_wrong_mode(w, SPEAKS_TLS);
		if (got == 0)
			return fail_closed(w, WIRE_CLOSED);
		if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (wait_io(w, POLLIN) == -1)
				return -1;
		} else if (errno == ECONNRESET && w->knocked) {
			return wire_wrong_mode(w, SPEAKS_TLS);
		} else if (errno != EINTR) {
			return fail_broken(w, errno);
		}
	}
}

static ssize_t
send_tls(struct wire *w, const void *buf, size_t n)
{
	size_t sent;
	int r;

	for (;;) {
		ERR_clear_error();
		errno = 0;
		if ((r = SSL_write_ex(w->ssl, buf, n, &sent)) == 1)
			return (ssize_t)sent;
		if (wire_retry(w, r) == -1)
			return -1;
	}
}

static ssize_t
send_clear(struct wire *w, const void *buf, size_t n)
{
	ssize_t sent;

	for (;;) {
		if ((sent = send(w->fd, buf, n, MSG_NOSIGNAL)) >= 0)
			return sent;
		if (errno == EAGAIN || errno == EWOULDBLOCK) {
			if (wait_io(w, POLLOUT) == -1)
				return -1;
		} else if (errno != EINTR) {
			return fail_broken(w, errno);
		}
	}
}

/*
 * In clear a server speaks first.  One that is silent may wait for TLS to
 * begin: a few line ends, which an IMAP server bears with, make it say so.
 */
void
wire_knock(struct wire *w)
{
	static const char lines[] = "\r\n\r\n\r\n";
	struct pollfd fd = { .fd = w->fd, .events = POLLIN };
	int64_t timeout = (int64_t)w->settings->timeout * 1000;
	int64_t patience = timeout / 2 < PATIENCE ? timeout / 2 : PATIENCE;

	if (wait_for(&fd, 1, wait_clock() + patience, w->settings->stop) !=
	    WAIT_LATE)
		return;
	w->knocked = send(w->fd, lines, sizeof lines - 1, MSG_NOSIGNAL) > 0;
}

ssize_t
wire_receive(struct wire *w, void *buf, size_t n)
{
	ssize_t got;

	/* a server that is never waited for */
	if (w->settings->deadline != 0 && wait_clock() >= w->settings->deadline)
		return fail_limit(w);
	got =
	    w->ssl != NULL ? receive_tls(w, buf, n) : receive_clear(w, buf, n);
	if (got > 0)
		w->moved += got;
	return got;
}

ssize_t
wire_send(struct wire *w, const void *buf, size_t n)
{
	ssize_t sent =
	    w->ssl != NULL ? send_tls(w, buf, n) : send_clear(w, buf, n);

	if (sent > 0)
		w->moved += sent;
	return sent;
}
