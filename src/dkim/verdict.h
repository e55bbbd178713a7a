#ifndef DKIM_VERDICT_H
#define DKIM_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

#include "codes/codes.h"
#include "dkim/alignment.h"
#include "dkim/auth_results.h"
#include "dkim/public_key.h"
#include "dkim/signature.h"

struct findings;

/* Who vouches for a report, best first (RFC 8460 §3). */
enum vouched {
	VOUCHED_BY_SIGNATURE, /* a valid signature of the reporter's domain */
	VOUCHED_BY_PROVIDER,  /* a trusted mail provider says there was one */
	VOUCHED_LATER,	      /* a key could not be asked for yet */
	VOUCHED_BY_NOBODY
};

/* What the signatures of a mail come to for a report of one reporter. */
struct verdict {
	enum vouched vouched;
	enum code code; /* of the signature below, or dkim-missing; CODE_NONE
			   when it is valid */
	const struct signature *about; /* NULL: the mail has none */
	struct key_result key;	       /* of that */
	const char *provider;	       /* authserv-id; "" without */
};

/* Those whose keys are wanted: marks in `ask` the aligned ones against which
 * nothing is known.  How many. */
size_t verdict_ask(const struct signatures *, const char *reporter,
    const struct signer *, size_t n_signers, bool ask[SIGNATURES_MAX]);

/*
 * Judge.  `key` has the results of those that were asked for; `provider` is
 * NULL where no provider's word is trusted.
 */
void verdict_reach(const struct signatures *, const char *reporter,
    const struct signer *, size_t n_signers,
    const struct key_result key[SIGNATURES_MAX],
    const struct auth_results *provider, struct verdict *);

/* "d=DOMAIN s=SELECTOR", the place of what is found; "" without a signature. */
enum {
	VERDICT_PLACE = 120
};
void verdict_place(const struct verdict *, char out[static VERDICT_PLACE]);

/* The warnings that a verdict brings with it, where somebody vouches. */
void verdict_warn(const struct verdict *, struct findings *);

/* "pass", "provider", "waiting", or the code, as the store has it. */
const char *verdict_name(const struct verdict *);

#endif
