#ifndef DKIM_AUTH_RESULTS_H
#define DKIM_AUTH_RESULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct arena;
struct signature;

enum {
	AUTH_PASSES_MAX = 10 /* of one field that are kept */
};

/*
 * What a mail provider says it found when the mail came in
 * (Authentication-Results, RFC 8601): the signatures that it calls valid.
 * Strings live in the arena it was read into.
 */
struct auth_results {
	const char *id; /* authserv-id, in lower case; "none" without one */
	struct auth_pass {
		const char *domain;   /* header.d or that of header.i */
		const char *selector; /* header.s; "": not told */
		const char *front;    /* header.b; "": not told */
	} pass[AUTH_PASSES_MAX];
	size_t n;
};

/*
 * Read the word of a trusted provider from a mail.  `trusted` are authserv-ids
 * in lower case: "mx.example.com", "*.example.com" for all below that, "none"
 * for a field without an id.  Only the topmost field, and those of trusted ids
 * that follow it with nothing between, can be the provider's own; the first of
 * them that judges dkim, spf or dmarc counts.  False when there is none.
 */
bool auth_results_read(struct span mail, const char *const *trusted,
    size_t n_trusted, struct arena *, struct auth_results *);

/* Whether a signature is the one that was called valid there. */
bool auth_pass_is(const struct auth_pass *, const struct signature *);

#endif
