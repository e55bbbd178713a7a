#ifndef PROBE_HANDSHAKE_H
#define PROBE_HANDSHAKE_H

#include <stdbool.h>

struct probe;
struct tls_settings;
struct wire;

/* The versions of TLS that are offered. */
enum handshake_versions {
	HANDSHAKE_SENDERS, /* 1.2 and newer, as senders do */
	HANDSHAKE_ALL	   /* the old ones as well, to name the server's */
};

/*
 * Begin TLS on a wire, with SNI `name`.  Whatever certificate comes is taken:
 * it is to be judged behind this.  Returns 0, or -1 with the wire failed.
 */
int handshake(struct wire *, const struct probe *, const char *name,
    enum handshake_versions);

/*
 * A wire over the descriptor, -1 for none, under settings that must outlive
 * it; and its end, which says goodbye and does not wait for an answer.
 */
void wire_open(struct wire *, const struct tls_settings *, int fd);
void wire_close(struct wire *);

#endif
