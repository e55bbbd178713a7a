#ifndef NET_WIRE_H
#define NET_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <openssl/ssl.h>

#include "base/fault.h"
#include "net/certificate.h"
#include "net/tls.h"

/* Why a connection failed, for who does more than print the fault. */
enum wire_failure {
	WIRE_SOUND,   /* it did not */
	WIRE_LATE,    /* the time is over */
	WIRE_STOPPED, /* by a signal */
	WIRE_CLOSED,  /* the server ended it properly */
	WIRE_BROKEN,  /* reset, or ended without the end of TLS */
	WIRE_NO_TLS,  /* what came is no TLS */
	WIRE_TLS_OLD, /* no version of TLS in common: the server's are older */
	WIRE_TLS,     /* anything else in TLS */
	WIRE_OTHER    /* certificate or settings */
};

/* A connection, in clear until `ssl` is set, on which no wait is endless. */
struct wire {
	const struct tls_settings *settings;
	int fd;
	SSL *ssl;
	struct certificate certificate;
	/* of the present command */
	enum tls_pace pace;
	int64_t waited; /* milliseconds */
	int64_t moved;	/* bytes */
	bool knocked;	/* see wire_knock() */
	bool failed;
	enum wire_failure failure; /* then, as the next */
	struct fault fault;
};

/*
 * As read(2) and write(2), but for the end, which is a failure as well: -1 with
 * `failed` and `fault` set.
 */
ssize_t wire_receive(struct wire *, void *, size_t);
ssize_t wire_send(struct wire *, const void *, size_t);

/* What to do after an OpenSSL call that returned `r`: 0 to call again. */
int wire_retry(struct wire *, int r);

/* It fails: "connection to HOST: what: detail"; -1. */
int wire_fail(struct wire *, enum wire_failure, int status, const char *what,
    const char *detail);

/* The fault without "connection to HOST: ". */
const char *wire_reason(const struct wire *);

/* It fails since the settings' mode must be another one: "what" says which. */
int wire_wrong_mode(struct wire *, const char *what);

/*
 * Before the first byte is read in clear: when none comes for some seconds,
 * find out whether the server waits for TLS to begin, which the next read then
 * says.
 */
void wire_knock(struct wire *);

#endif
