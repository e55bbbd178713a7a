#include <string.h>
#include <libpsl.h>

#include "dkim/alignment.h"
#include "model/vouching.h"

static bool
same_organization(const char *a, const char *b)
{
	const psl_ctx_t *psl = psl_builtin();
	const char *of_a, *of_b;

	if (psl == NULL)
		return strcmp(a, b) == 0;
	of_a = psl_registrable_domain(psl, a);
	of_b = psl_registrable_domain(psl, b);
	return of_a != NULL && of_b != NULL && strcmp(of_a, of_b) == 0;
}

bool
alignment_is(const char *domain, const char *reporter,
    const struct signer *signers, size_t n_signers)
{
	size_t i;

	if (domain[0] == '\0' || reporter[0] == '\0')
		return false;
	for (i = 0; i < n_signers; i++)
		if (strcmp(signers[i].domain, domain) == 0 &&
		    strcmp(signers[i].reporter, reporter) == 0)
			return true;
	return same_organization(domain, reporter);
}
