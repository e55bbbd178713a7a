#ifndef CMD_COMPOSE_RECORD_H
#define CMD_COMPOSE_RECORD_H

#include <stddef.h>

struct arena;

enum {
	RECORD_TTL = 3600 /* seconds, when nobody asks for another */
};

/* A TLS-RPT record to be published (RFC 8460 §3), or why there is none. */
struct composed_record {
	const char *domain; /* A-labels, lower case, no final dot */
	const char *name;   /* "_smtp._tls.example.com" */
	unsigned ttl;
	const char *value;	    /* all of it, without quotes */
	const char *const *strings; /* the same in strings of 255 bytes */
	size_t n_strings;
	const char *zone; /* as in a zone file; several lines when long */
	const char *said; /* what was taken otherwise than typed, a line
			     each; "" */

	/* of a refusal */
	const char *subject; /* the URI or domain that is refused */
	const char *code;    /* a point of `check`, "domain" or "too-long" */
	const char *hint;    /* what may have been meant; "" */
	const char *words;   /* what is wrong; "" when the hint says it */
};

/*
 * Compose the record for a domain whose reports go to `n` URIs, all as a person
 * typed them.  Returns 0, or EX_USAGE with the refusal set.  Nobody is asked,
 * so a host that does not exist passes.
 */
int compose_record(const char *domain, const char *const *uri, size_t n,
    unsigned ttl, struct arena *, struct composed_record *);

#endif
