#ifndef PUBLISHED_RUA_URI_H
#define PUBLISHED_RUA_URI_H

#include <stdbool.h>

#include "base/span.h"

struct arena;
struct flaws;

enum rua_kind {
	RUA_UNUSABLE, /* a flaw says why; a sender passes over it */
	RUA_BREAKS,   /* likewise, and strict senders drop the whole record */
	RUA_MAILTO,
	RUA_HTTPS
};

/* A URI to which reports go (RFC 8460 §3; RFC 3986, RFC 6068). */
struct rua_uri {
	enum rua_kind kind;
	const char *text;    /* as it stands in the record */
	const char *address; /* mailto: decoded, without what follows "?" */
	const char *host;    /* of the URL, or the domain of the address, in
				lower case; "[2001:db8::1]" for an address */
};

/* Read the URI between two commas of rua; what is wrong with it is added. */
void rua_uri_read(
    struct span, struct arena *, struct rua_uri *, struct flaws *);

/*
 * Whether mail to `address` reaches the mailbox of that user: they are the same
 * without case, or are but for a "+part" of the address.  A user without "@"
 * never is.
 */
bool rua_reaches(const char *address, const char *user);

#endif
