#ifndef INGEST_MAIL_VOUCHER_H
#define INGEST_MAIL_VOUCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct arena;
struct mail_head;
struct report;
struct resolver;
struct signer;
struct store;
struct verdict;
struct vouching;

/*
 * Who vouches for the reports of a mail: its signatures, with their keys from
 * DNS, and a trusted provider's word (RFC 8460 §3, RFC 6376, RFC 8601).
 */
struct voucher;

/*
 * Where a store knows the keys that DNS had.  Where DNS has no key of a mail
 * any more, one counts that was there at the time of its arrival.
 */
struct old_keys {
	struct store *store;		/* NULL: none are known */
	void (*claim_store)(void *arg); /* called before the store is read */
	void *arg;
};

/* `header_max` is limits.header; the resolver and the store outlive it. */
struct voucher *voucher_new(
    struct resolver *, const struct old_keys *, uint64_t header_max);
void voucher_free(struct voucher *); /* NULL is legal */

/* A mail, from its header to its end, and what it says of itself. */
struct vouched_mail {
	struct span bytes;
	const struct mail_head *head;
	bool has_arrival;
	int64_t arrival; /* seconds since 1970 UTC */
};

/*
 * The verdict on a report that a mail carries, valid until the next call; NULL
 * for one that cannot be read: the mail says who reports then.  The
 * signatures of a mail are read once for all its reports; DNS is asked only for
 * keys of the reporter's own domain.
 */
const struct verdict *voucher_judge(struct voucher *, const struct vouching *,
    const struct vouched_mail *, const struct report *);

/* The domains of that mail whose signatures were found valid, separated by
 * blanks; valid until the next mail. */
const char *voucher_signed_by(const struct voucher *);

/*
 * Of the domains in `signed_by`, which are separated by blanks, one that may
 * speak for the reporter, in the arena; NULL when there is none.
 */
const char *signed_by_aligned(const char *signed_by, const char *reporter,
    const struct signer *, size_t n_signers, struct arena *);

/* The next mail may lie where the last one did: read it anew. */
void voucher_forget(struct voucher *);

#endif
