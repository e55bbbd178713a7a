/*
 * The header of a mail: what a trusted provider says in it, and whether that
 * fits the signatures that the mail bears.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "dkim/auth_results.h"
#include "dkim/signature.h"
#include "dkim/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* It is compared with a d=, which is lower case and has no blank. */
static void
check_pass(const struct auth_pass *p)
{
	const char *c;

	check(p->domain[0] != '\0');
	check(p->selector != NULL && p->front != NULL);
	for (c = p->domain; *c != '\0'; c++)
		check(*c != ' ' && !(*c >= 'A' && *c <= 'Z'));
}

/* What a provider's word can make of the mail, at most. */
static void
check_verdict(
    struct span mail, const struct auth_results *said, struct arena *arena)
{
	struct signature_context context = { 64 * 1024, false, 0 };
	struct key_result key[SIGNATURES_MAX] = { 0 };
	struct canonical canonical = { 0 };
	struct signatures list;
	struct verdict v;
	size_t i;

	signatures_read(mail, &context, &canonical, arena, &list);
	for (i = 0; i < list.n; i++)
		key[i].code = CODE_DKIM_FAIL;
	verdict_reach(&list, "reporter.example", NULL, 0, key, said, &v);
	check(v.vouched != VOUCHED_BY_SIGNATURE);
	if (v.vouched == VOUCHED_BY_PROVIDER)
		check(
		    list.n > 0 && said->n > 0 && !v.about->has_length &&
		    alignment_is(v.about->domain, "reporter.example", NULL, 0));
	canonical_free(&canonical);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const trusted[] = { "mx.example.com",
		"*.example.net", "none" };
	struct span mail = { (const char *)data, n };
	struct auth_results said;
	struct arena arena = { 0 };
	size_t i, trust;

	/* no id less may make more of it believed */
	for (trust = 0; trust <= 3; trust++) {
		if (!auth_results_read(mail, trusted, trust, &arena, &said))
			continue;
		check(trust > 0 && said.id[0] != '\0');
		check(said.n <= AUTH_PASSES_MAX);
		for (i = 0; i < said.n; i++)
			check_pass(&said.pass[i]);
		check_verdict(mail, &said, &arena);
	}
	arena_free(&arena);
	return 0;
}
