#ifndef NET_TLS_H
#define NET_TLS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <libetpan/mailstream.h>

struct fault;
struct buf;
struct span;
struct steps;

/*
 * Every byte that is received goes through a filter.  It takes bytes from the
 * front of `in` and appends to `out` what the reader of the stream shall see:
 * at most 2 * in->n + `room` bytes in one call.  -1 with a fault breaks the
 * stream, though what was appended can still be read.
 */
struct tls_filter {
	int (*feed)(
	    void *arg, struct span *in, struct buf *out, struct fault *);
	void *arg;
	size_t room;
};

/*
 * Verified TLS under libetpan, whose own verifies nothing.  TLS 1.2 or newer,
 * chain and host name (or IP address) always checked, SNI sent.
 */
enum tls_mode {
	TLS_IMPLICIT,
	TLS_STARTTLS,
	TLS_NONE /* only to a loopback address */
};

struct tls_settings {
	const char *host;
	uint16_t port;
	enum tls_mode mode;
	const char *ca_file;	 /* "": the system's trust store */
	const char *fingerprint; /* "": none; 64 hex digits of SHA-256 */
	unsigned timeout;	 /* seconds, on connect and on every wait */
	/* by wait_clock(): then all ends, with exit code 75; 0: never */
	int64_t deadline;
	bool *is_wrong_mode; /* NULL, or set when `mode` must be another one */
	/* NULL, or set by a signal: all waiting ends, with exit code 75 */
	const volatile sig_atomic_t *stop;
	const struct steps *steps; /* NULL, or who looks on */
};

/* How long the server may take to answer a command. */
enum tls_pace {
	/* the time-out, for all of it */
	TLS_PROMPT,
	/*
	 * The time-out between one byte and the next, and four times that for
	 * all of it, plus a second for each KB that came: what is slower is
	 * a server that holds us.  Only waiting counts, not our own work.
	 */
	TLS_STEADY
};

/*
 * Connect, and handshake when the mode is implicit.  NULL with a fault of scope
 * FAULT_SESSION, exit code 69 (75 when stopped, 78 when the settings cannot be
 * followed).  The settings and what the filter points to must outlive the
 * stream; mailstream_low_close and _free (or mailstream_close of the stream
 * around it) close it.
 */
mailstream_low *tls_connect(
    const struct tls_settings *, const struct tls_filter *, struct fault *);

/*
 * The handshake on a plain connection, after STARTTLS; refused when the server
 * has said more than was read.
 */
int tls_handshake(mailstream_low *, struct fault *);

/*
 * Before the greeting is read: a server that is silent in clear is found out to
 * wait for TLS within seconds, in place of the time-out.
 */
void tls_await_greeting(mailstream_low *);

/* A command begins: its time is counted from now on. */
void tls_begin(mailstream_low *, enum tls_pace);

/* Read and write no more: every further call fails with that fault. */
void tls_break(mailstream_low *, const struct fault *);

/*
 * Write this as far as it goes at once and end TLS, even when the stream was
 * broken off or stopped: the last word to a server, which is not waited for.
 */
void tls_take_leave(mailstream_low *, const char *bytes, size_t n);

/*
 * What went wrong on the stream, for libetpan tells only that something did:
 * 0 when nothing was, else -1 with the fault (deadline, reset, guard, alert).
 */
int tls_fault(mailstream_low *, struct fault *);

#endif
