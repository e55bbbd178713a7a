#ifndef DKIM_ALIGNMENT_H
#define DKIM_ALIGNMENT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Who may sign for whom: two domains are aligned when they belong to one
 * organization, that is, when their registrable domains by the Public Suffix
 * List are the same; a public suffix itself belongs to none.
 */

struct signer;

/* Whether the signing domain may speak for the reporter; both are A-labels in
 * lower case, "" for none. */
bool alignment_is(const char *domain, const char *reporter,
    const struct signer *signers, size_t n_signers);

#endif
