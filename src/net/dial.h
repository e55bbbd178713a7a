#ifndef NET_DIAL_H
#define NET_DIAL_H

struct fault;
struct tls_settings;

/* What there is to do while the first address is tried. */
struct dial_meanwhile {
	void (*fn)(void *arg);
	void *arg;
};

/*
 * Connect to the host and port of the settings.  Its addresses are tried one
 * after the other, the next a moment after the one before (RFC 8305), all
 * within the time-out, so that one that does not answer costs little.  The
 * resolver keeps its own time-outs (resolv.conf).  With mode TLS_NONE every
 * address must be a loopback one.
 *
 * Returns a non-blocking socket; or -1 with a fault of scope FAULT_SESSION,
 * exit code 69 (75 when stopped, 78 for mode TLS_NONE elsewhere).
 */
int dial(const struct tls_settings *,
    const struct dial_meanwhile * /* or NULL */, struct fault *);

#endif
