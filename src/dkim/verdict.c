#include <stdio.h>

#include "codes/codes.h"
#include "codes/findings.h"
#include "dkim/alignment.h"
#include "dkim/auth_results.h"
#include "dkim/public_key.h"
#include "dkim/signature.h"
#include "dkim/verdict.h"

/* A signature whose domain cannot be read may be anybody's, the reporter's
 * too. */
static bool
is_aligned(const struct signature *s, const char *reporter,
    const struct signer *signers, size_t n_signers)
{
	return s->domain[0] == '\0' ||
	       alignment_is(s->domain, reporter, signers, n_signers);
}

size_t
verdict_ask(const struct signatures *list, const char *reporter,
    const struct signer *signers, size_t n_signers, bool ask[SIGNATURES_MAX])
{
	size_t i, n = 0;

	for (i = 0; i < list->n; i++) {
		ask[i] =
		    list->item[i].code == CODE_NONE &&
		    is_aligned(&list->item[i], reporter, signers, n_signers);
		n += ask[i] ? 1 : 0;
	}
	return n;
}

/* Lower is better; the topmost of equals is taken. */
static int
rank(enum code code, bool aligned)
{
	if (!aligned)
		return 3;
	if (code == CODE_NONE)
		return 0;
	return code == CODE_DKIM_TEMPERROR ? 1 : 2;
}

static void
take_best(const struct signatures *list, const char *reporter,
    const struct signer *signers, size_t n_signers,
    const struct key_result key[SIGNATURES_MAX], struct verdict *v)
{
	int best = 4, is;
	enum code code;
	bool aligned;
	size_t i;

	for (i = 0; i < list->n; i++) {
		aligned =
		    is_aligned(&list->item[i], reporter, signers, n_signers);
		code = list->item[i].code;
		if (code == CODE_NONE && aligned)
			code = key[i].code;
		if ((is = rank(code, aligned)) >= best)
			continue;
		best = is;
		v->about = &list->item[i];
		v->code = aligned ? code : CODE_DKIM_NOT_ALIGNED;
		v->key = key[i];
	}
}

/* What a provider that looked before it changed the mail may overrule. */
static bool
may_be_overruled(enum code code)
{
	return code == CODE_DKIM_FAIL || code == CODE_DKIM_EXPIRED ||
	       code == CODE_DKIM_KEY_MISSING || code == CODE_DKIM_KEY_REVOKED ||
	       code == CODE_DKIM_TEMPERROR;
}

/* The signature that the provider calls valid; NULL when there is none. */
static const struct signature *
find_vouched(const struct signatures *list, const char *reporter,
    const struct signer *signers, size_t n_signers,
    const struct auth_results *provider)
{
	size_t i, j;

	for (i = 0; i < provider->n; i++) {
		if (!alignment_is(
			provider->pass[i].domain, reporter, signers, n_signers))
			continue;
		for (j = 0; j < list->n; j++)
			if (auth_pass_is(&provider->pass[i], &list->item[j]))
				return &list->item[j];
	}
	return NULL;
}

void
verdict_reach(const struct signatures *list, const char *reporter,
    const struct signer *signers, size_t n_signers,
    const struct key_result key[SIGNATURES_MAX],
    const struct auth_results *provider, struct verdict *v)
{
	const struct signature *s;

	*v = (struct verdict){ .vouched = VOUCHED_BY_NOBODY,
		.code = CODE_DKIM_MISSING,
		.provider = "" };
	take_best(list, reporter, signers, n_signers, key, v);
	if (v->code == CODE_NONE) {
		v->vouched = VOUCHED_BY_SIGNATURE;
		return;
	}
	if (v->code == CODE_DKIM_TEMPERROR)
		v->vouched = VOUCHED_LATER;
	if (provider == NULL || !may_be_overruled(v->code))
		return;
	s = find_vouched(list, reporter, signers, n_signers, provider);
	if (s != NULL)
		*v = (struct verdict){ .vouched = VOUCHED_BY_PROVIDER,
			.about = s,
			.provider = provider->id };
}

void
verdict_place(const struct verdict *v, char out[static VERDICT_PLACE])
{
	out[0] = '\0';
	if (v->about != NULL && v->about->domain[0] != '\0')
		snprintf(out, VERDICT_PLACE, "d=%s s=%s", v->about->domain,
		    v->about->selector);
}

void
verdict_warn(const struct verdict *v, struct findings *found)
{
	char place[VERDICT_PLACE];
	const struct signature *s = v->about;

	verdict_place(v, place);
	if (v->vouched == VOUCHED_BY_PROVIDER) {
		findings_add(found, CODE_AUTH_RESULTS_ONLY, "%s", place);
		return;
	}
	if (v->vouched != VOUCHED_BY_SIGNATURE)
		return;
	if (v->key.is_for_mail)
		findings_add(found, CODE_DKIM_SERVICE_TYPE, "%s", place);
	if (v->key.is_test)
		findings_add(found, CODE_DKIM_TEST_KEY, "%s", place);
	if (v->key.is_short)
		findings_add(found, CODE_DKIM_RSA_SHORT, "%s", place);
	if (s->subject_open || s->report_domain_open ||
	    s->report_submitter_open)
		findings_add(found, CODE_HEADERS_UNSIGNED, "%s", place);
}

const char *
verdict_name(const struct verdict *v)
{
	switch (v->vouched) {
	case VOUCHED_BY_SIGNATURE:
		return "pass";
	case VOUCHED_BY_PROVIDER:
		return "provider";
	case VOUCHED_LATER:
		return "waiting";
	default:
		return code_entry(v->code)->name;
	}
}
