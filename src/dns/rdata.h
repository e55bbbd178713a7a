#ifndef DNS_RDATA_H
#define DNS_RDATA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct arena;

/*
 * Records taken apart: their data in wire format, without compression, as the
 * resolver hands it out.  What is made goes into the arena.  Each returns false
 * when the record is broken, and leaves what it should have filled undefined.
 */

/* The text of a TXT record, its strings joined (RFC 6376 §3.6.2.2). */
bool dns_text(struct span record, struct arena *, struct span *text);

/*
 * The character-strings of a TXT record (RFC 1035 §3.3.14), which point into
 * it; `*n` gets their number.
 */
bool dns_strings(
    struct span record, struct arena *, const struct span **string, size_t *n);

/*
 * A name that ends where the record ends, as that of a PTR record does (RFC
 * 1035 §3.3.12): in lower case, without the final dot; "" is the root.  Bytes
 * that no host name holds, and dots inside a label, stand as \DDD (RFC 1035
 * §5.1).
 */
bool dns_name(struct span wire, struct arena *, const char **name);

/* A host that takes mail (RFC 1035 §3.3.9). */
struct dns_mx {
	unsigned preference;
	const char *host; /* as dns_name(); "" is a null MX (RFC 7505) */
};
bool dns_mx(struct span record, struct arena *, struct dns_mx *);

/* An A or AAAA record, by its length, as text: "192.0.2.1", "2001:db8::1". */
bool dns_address(struct span record, struct arena *, const char **address);

#endif
