#ifndef PUBLISHED_TLSRPT_RECORD_H
#define PUBLISHED_TLSRPT_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "published/flaws.h"
#include "published/rua_uri.h"

struct arena;
struct txt_answer;
struct txt_record;

enum {
	TLSRPT_URIS = 50 /* that are read of a record */
};

/* What the TXT records at _smtp._tls come to (RFC 8460 §3). */
struct tlsrpt_record {
	bool valid;			 /* a strict sender may use it */
	const struct txt_record *record; /* the one judged; NULL without */
	struct rua_uri uri[TLSRPT_URIS]; /* all, also those that are unusable */
	size_t n;
	size_t left_out; /* URIs past the limit */
	bool others;	 /* TXT records beside it, or in its place */
	struct flaws flaws;
};

/*
 * Read the TXT records that DNS gave for _smtp._tls.DOMAIN; none is legal.
 * Strings live in the arena.
 */
void tlsrpt_read(
    const struct txt_answer *, struct arena *, struct tlsrpt_record *);

/* Whether a strict sender would send reports to that URI. */
bool tlsrpt_is_used(const struct tlsrpt_record *, const struct rua_uri *);

#endif
