#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <signal.h>

struct check_options;
struct fault;
struct ssl_ctx_st;

/*
 * What all that looks at servers from outside shares: the options, the
 * certificates that are trusted, and the name given in EHLO.  It may be used by
 * several threads at once.
 */
struct probe {
	const struct check_options *options;
	const volatile sig_atomic_t *stop; /* NULL, or set by a signal */
	struct ssl_ctx_st *tls;
	char *helo;
};

/*
 * Set it up; the options must outlive it.  -1 with exit code 78 when ca_file
 * cannot be read.  probe_close() it in either case.
 */
int probe_open(struct probe *, const struct check_options *,
    const volatile sig_atomic_t *stop, struct fault *);
void probe_close(struct probe *);

#endif
