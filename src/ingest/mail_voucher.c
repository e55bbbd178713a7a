#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/span.h"
#include "codes/codes.h"
#include "dkim/alignment.h"
#include "dkim/auth_results.h"
#include "dkim/canonical.h"
#include "dkim/public_key.h"
#include "dkim/signature.h"
#include "dkim/verdict.h"
#include "dns/rdata.h"
#include "dns/resolver.h"
#include "ingest/mail_voucher.h"
#include "ledger/dkim_keys.h"
#include "model/tls_report.h"
#include "model/vouching.h"
#include "report/host_name.h"

struct voucher {
	struct resolver *resolver;
	struct old_keys old;
	struct keyring *ring;
	uint64_t header_max;
	struct canonical canonical;

	/* of the mail that was read last */
	struct arena arena;
	struct span mail;
	struct signatures signatures;
	bool has_provider;
	struct auth_results provider;
	const char *signed_by;

	struct verdict verdict;
};

struct voucher *
voucher_new(
    struct resolver *resolver, const struct old_keys *old, uint64_t header_max)
{
	struct voucher *v = xcalloc(1, sizeof *v);

	v->resolver = resolver;
	v->old = *old;
	v->header_max = header_max;
	v->ring = keyring_new();
	return v;
}

void
voucher_free(struct voucher *v)
{
	if (v == NULL)
		return;
	keyring_free(v->ring);
	canonical_free(&v->canonical);
	arena_free(&v->arena);
	free(v);
}

static void
read_mail(struct voucher *v, const struct vouching *how,
    const struct vouched_mail *mail)
{
	struct signature_context context = { .header_max = v->header_max,
		.has_arrival = mail->has_arrival,
		.arrival = mail->arrival };

	arena_reset(&v->arena);
	v->mail = mail->bytes;
	v->signed_by = "";
	signatures_read(
	    mail->bytes, &context, &v->canonical, &v->arena, &v->signatures);
	v->has_provider = auth_results_read(
	    mail->bytes, how->trusted, how->n_trusted, &v->arena, &v->provider);
}

/* The address in "Name <local@domain>", or all of it. */
static struct span
address_of(const char *from)
{
	const char *begin = strrchr(from, '<'), *end;

	if (begin == NULL || (end = strchr(begin, '>')) == NULL)
		return span_of(from);
	return (struct span){ begin + 1, (size_t)(end - begin - 1) };
}

/* Whether one of the signatures covers TLS-Report-Submitter. */
static bool
submitter_is_signed(const struct signatures *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (list->item[i].code == CODE_NONE &&
		    !list->item[i].report_submitter_open)
			return true;
	return false;
}

/* Who reports: by its contact-info, else by what the mail says of itself. */
static const char *
reporter_of(
    struct voucher *v, const struct vouched_mail *mail, const struct report *r)
{
	const char *domain = NULL;
	unsigned deviation;
	bool valid;

	if (r != NULL && r->reporter_domain[0] != '\0')
		return r->reporter_domain;
	if (submitter_is_signed(&v->signatures))
		domain = name_domain(span_of(mail->head->report_submitter),
		    &v->arena, &deviation);
	if (domain == NULL)
		domain = name_mail_domain(
		    address_of(mail->head->from), &v->arena, &valid);
	return domain;
}

/* What DNS says, as far as it concerns keys. */
static void
read_answer(struct voucher *v, const struct dns_answer *a, struct key_answer *k)
{
	struct span text;
	size_t i;

	*k = (struct key_answer){ .state = KEY_ANSWERED };
	if (a->status == DNS_NO_ANSWER || a->status == DNS_BOGUS)
		k->state = KEY_UNKNOWN;
	for (i = 0; i < a->n && k->n < KEY_RECORDS_MAX; i++)
		if (dns_text(a->record[i], &v->arena, &text))
			k->record[k->n++] = text;
}

/* Whether one of the words between blanks is that domain. */
static bool
has_domain(const char *words, const char *domain)
{
	struct span rest = span_of(words), word;

	while (span_next_word(&rest, &word))
		if (span_is(word, domain))
			return true;
	return false;
}

static void
note_valid(struct voucher *v, const char *domain)
{
	if (!has_domain(v->signed_by, domain))
		v->signed_by = arena_printf(&v->arena, "%s%s%s", v->signed_by,
		    v->signed_by[0] != '\0' ? " " : "", domain);
}

/*
 * DNS has no key, or another: by one that it had when the mail arrived the
 * signature may be valid all the same.  That the store cannot be read is said
 * when the mail is stored.
 */
static void
try_old_keys(struct voucher *v, const struct signature *s, const char *name,
    int64_t arrival, struct key_result *result)
{
	struct key_answer known = { .state = KEY_ANSWERED };
	struct key_result old;
	struct fault ignored = { 0 };

	if (v->old.store == NULL || result->code == CODE_DKIM_TEMPERROR)
		return;
	v->old.claim_store(v->old.arg);
	if (store_find_dkim_keys(v->old.store, name, arrival, &v->arena,
		known.record, KEY_RECORDS_MAX, &known.n, &ignored) == -1 ||
	    known.n == 0)
		return;
	keyring_verify(v->ring, s, &known, &old);
	if (old.code != CODE_NONE)
		return;
	*result = old;
	result->record = (struct span){ 0 }; /* not what DNS says today */
}

/* Ask for the keys that are wanted, side by side, and verify by them. */
static void
verify(struct voucher *v, const struct vouched_mail *mail,
    const bool ask[SIGNATURES_MAX], struct key_result key[SIGNATURES_MAX])
{
	struct dns_question question[SIGNATURES_MAX];
	char name[SIGNATURES_MAX][KEY_NAME];
	size_t at[SIGNATURES_MAX], n = 0, i;
	struct key_answer answer;

	for (i = 0; i < v->signatures.n; i++) {
		if (!ask[i])
			continue;
		at[n] = i;
		key_name(&v->signatures.item[i], name[n]);
		question[n] = (struct dns_question){ .name = name[n],
			.type = DNS_TXT,
			.party = v->signatures.item[i].domain };
		n++;
	}
	resolver_ask(v->resolver, question, n);
	for (i = 0; i < n; i++) {
		read_answer(v, question[i].answer, &answer);
		keyring_verify(
		    v->ring, &v->signatures.item[at[i]], &answer, &key[at[i]]);
		if (key[at[i]].code != CODE_NONE && mail->has_arrival)
			try_old_keys(v, &v->signatures.item[at[i]], name[i],
			    mail->arrival, &key[at[i]]);
		if (key[at[i]].code == CODE_NONE)
			note_valid(v, v->signatures.item[at[i]].domain);
	}
}

const struct verdict *
voucher_judge(struct voucher *v, const struct vouching *how,
    const struct vouched_mail *mail, const struct report *r)
{
	struct key_result key[SIGNATURES_MAX] = { 0 };
	bool ask[SIGNATURES_MAX];
	const char *reporter;

	if (v->mail.p != mail->bytes.p || v->mail.n != mail->bytes.n)
		read_mail(v, how, mail);
	reporter = reporter_of(v, mail, r);
	if (verdict_ask(&v->signatures, reporter, how->signers, how->n_signers,
		ask) > 0)
		verify(v, mail, ask, key);
	verdict_reach(&v->signatures, reporter, how->signers, how->n_signers,
	    key, v->has_provider ? &v->provider : NULL, &v->verdict);
	return &v->verdict;
}

const char *
voucher_signed_by(const struct voucher *v)
{
	return v->signed_by != NULL ? v->signed_by : "";
}

void
voucher_forget(struct voucher *v)
{
	v->mail = (struct span){ 0 };
	v->signed_by = "";
}

const char *
signed_by_aligned(const char *signed_by, const char *reporter,
    const struct signer *signers, size_t n_signers, struct arena *arena)
{
	struct span rest = span_of(signed_by), word;
	const char *domain;

	while (span_next_word(&rest, &word)) {
		domain = arena_strndup(arena, word.p, word.n);
		if (alignment_is(domain, reporter, signers, n_signers))
			return domain;
	}
	return NULL;
}
