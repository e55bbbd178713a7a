#ifndef PROBE_POLICY_HOST_H
#define PROBE_POLICY_HOST_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct web_fetch;
struct probe;

/*
 * Fetch the policy from https://HOST/.well-known/mta-sts.txt (RFC 8461 §3.3),
 * from the first of the addresses that takes a connection: TLS 1.2 or newer, a
 * certificate for the host, no redirection, no compression asked for.  All ends
 * when wait_clock() shows `until`.  Fills what is not a lookup in `fetch`,
 * with strings and body in the arena.
 */
void policy_look(const struct probe *, const char *host,
    const char *const *address, size_t n, int64_t until, struct arena *,
    struct web_fetch *);

#endif
