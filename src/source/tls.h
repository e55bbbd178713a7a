#ifndef SOURCE_TLS_H
#define SOURCE_TLS_H

#include <stdint.h>
#include <libetpan/mailstream.h>

struct fault;
struct guard;

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
};

/*
 * Connect, and handshake when the mode is implicit.  Every byte received goes
 * through `guard` first.  NULL with a fault of scope FAULT_SESSION, exit code
 * 69.  The settings and the guard must outlive the stream; mailstream_low_free
 * (or mailstream_free of the stream around it) closes it.
 */
mailstream_low *tls_connect(
    const struct tls_settings *, struct guard *, struct fault *);

/* The handshake on a plain connection, after STARTTLS. */
int tls_handshake(mailstream_low *, struct fault *);

/*
 * What went wrong on the stream, for libetpan tells only that something did:
 * 0 when nothing was, else -1 with the fault (deadline, reset, guard, alert).
 */
int tls_fault(mailstream_low *, struct fault *);

#endif
