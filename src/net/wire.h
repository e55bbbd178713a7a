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
	struct fault fault; /* then */
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
int wire_fail(struct wire *, int status, const char *what, const char *detail);

/* It fails since the settings' mode must be another one: "what" says which. */
int wire_wrong_mode(struct wire *, const char *what);

/*
 * Before the first byte is read in clear: when none comes for some seconds,
 * find out whether the server waits for TLS to begin, which the next read then
 * says.
 */
void wire_knock(struct wire *);

#endif
