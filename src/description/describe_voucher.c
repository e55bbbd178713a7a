#include <stdio.h>

#include "base/arena.h"
#include "codes/codes.h"
#include "description/describe_voucher.h"
#include "dkim/signature.h"
#include "dkim/verdict.h"
#include "output/json_line.h"
#include "output/terminal_text.h"

enum {
	LABEL = 10 /* columns of the name of a line */
};

/* What is wrong with a signature of the reporter, in words. */
static const char *
words_of(enum code code)
{
	switch (code) {
	case CODE_DKIM_FAIL:
		return "does not fit: the mail was changed on its way, or "
		       "forged";
	case CODE_DKIM_EXPIRED:
		return "had ended when the mail arrived";
	case CODE_DKIM_KEY_MISSING:
		return "names a key that is not in DNS, or not for this use";
	case CODE_DKIM_KEY_REVOKED:
		return "names a key that its owner has withdrawn";
	case CODE_DKIM_KEY_WEAK:
		return "is by a key that is too short to be believed";
	case CODE_DKIM_ALGORITHM:
		return "is of a kind that is not believed";
	case CODE_DKIM_BODY_LENGTH:
		return "covers a part of the mail alone";
	case CODE_DKIM_NOT_ALIGNED:
		return "is not of the reporter's organization";
	case CODE_DKIM_TEMPERROR:
		return "cannot be judged now: DNS does not give its key";
	default:
		return "cannot be read";
	}
}

const char *
describe_voucher_sentence(const struct verdict *v, struct arena *arena)
{
	const struct signature *s = v->about;

	if (s == NULL)
		return "Nobody signed the mail (dkim-missing).";
	if (v->vouched == VOUCHED_BY_PROVIDER)
		return arena_printf(arena,
		    "Mail provider %s says that the signature of %s was valid "
		    "when the mail came in.",
		    v->provider, s->domain);
	if (v->vouched == VOUCHED_BY_SIGNATURE)
		return arena_printf(arena,
		    "Signed by %s (selector %s, %s %u): valid.", s->domain,
		    s->selector, s->is_ed25519 ? "Ed25519" : "RSA",
		    v->key.bits);
	if (s->domain[0] == '\0')
		return arena_printf(arena, "The signature of the mail %s (%s).",
		    words_of(v->code), code_entry(v->code)->name);
	return arena_printf(arena, "Signature of %s (selector %s) %s (%s).",
	    s->domain, s->selector, words_of(v->code),
	    code_entry(v->code)->name);
}

void
describe_voucher(const struct verdict *v)
{
	struct arena arena = { 0 };
	char prefix[LABEL + 1];

	if (v == NULL)
		return;
	snprintf(prefix, sizeof prefix, "%-*s", LABEL, "Signature");
	text_wrap(stdout, prefix, describe_voucher_sentence(v, &arena));
	arena_free(&arena);
}

void
describe_voucher_json(struct json_object *to, const struct verdict *v)
{
	struct json_object *dkim = json_new_object();
	const struct signature *s = v != NULL ? v->about : NULL;

	json_add_text(dkim, "verdict", v != NULL ? verdict_name(v) : "none");
	json_add_text(dkim, "domain", s != NULL ? s->domain : "");
	json_add_text(dkim, "selector", s != NULL ? s->selector : "");
	json_add_count(dkim, "key_bits", v != NULL ? v->key.bits : 0);
	json_add(to, "dkim", dkim);
}
