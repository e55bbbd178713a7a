#ifndef PROBE_HTTPS_FETCH_H
#define PROBE_HTTPS_FETCH_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct probe;
struct web_fetch;

struct https_request {
	const char *host;
	uint16_t port;
	const char *path; /* with the query; "/" at least */
	/* what is POSTed, and its type; NULL: a GET */
	const char *body, *media_type;
};

/*
 * Ask a web server, at the first of the addresses that takes a connection: TLS
 * 1.2 or newer, a certificate for the host, no redirection followed, no
 * compression asked for.  All ends when wait_clock() shows `until`.  Fills what
 * is not a lookup in `web_fetch`, with strings and body in the arena.
 */
void https_fetch(const struct probe *, const struct https_request *,
    const char *const *address, size_t n, int64_t until, struct arena *,
    struct web_fetch *);

#endif
