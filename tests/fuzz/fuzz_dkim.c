/*
 * A key record and a mail, with a NUL between: the signatures of the mail are
 * read, hashed and verified with that key.  A mail whose lines end in LF must
 * come to the same as with CRLF, and a key from the ring to the same as one
 * that was just decoded.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "dkim/public_key.h"
#include "dkim/signature.h"
#include "dkim/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum {
	HEADER_MAX = 64 * 1024,
	ARRIVAL = 1764547200 /* 2025-12-01 */
};

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
check_signature(const struct signature *s)
{
	char name[KEY_NAME];

	check(strlen(s->domain) <= 253 && strlen(s->selector) <= 253);
	check(s->code != CODE_NONE ||
	      (s->domain[0] != '\0' && s->selector[0] != '\0' &&
		  s->bytes.n > 0 && s->bytes.n <= 1024));
	key_name(s, name);
	check(memchr(name, '\0', sizeof name) != NULL);
}

/* Read and verify; the results of each signature. */
static size_t
judge(struct span mail, const struct key_answer *answer, struct keyring *ring,
    struct key_result out[SIGNATURES_MAX])
{
	struct signature_context context = { HEADER_MAX, true, ARRIVAL };
	struct canonical canonical = { 0 };
	struct arena arena = { 0 };
	struct signatures list;
	struct verdict v;
	bool ask[SIGNATURES_MAX];
	char place[VERDICT_PLACE];
	size_t i;

	memset(out, 0, SIGNATURES_MAX * sizeof *out);
	signatures_read(mail, &context, &canonical, &arena, &list);
	check(list.n <= SIGNATURES_MAX);
	for (i = 0; i < list.n; i++) {
		check_signature(&list.item[i]);
		if (list.item[i].code == CODE_NONE)
			keyring_verify(ring, &list.item[i], answer, &out[i]);
		else
			out[i].code = list.item[i].code;
	}
	verdict_ask(&list, "reporter.example", NULL, 0, ask);
	verdict_reach(&list, "reporter.example", NULL, 0, out, NULL, &v);
	verdict_place(&v, place);
	check(verdict_name(&v)[0] != '\0');
	check(ERR_peek_error() == 0);
	canonical_free(&canonical);
	arena_free(&arena);
	return list.n;
}

static void
compare(const struct key_result *a, const struct key_result *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		check(a[i].code == b[i].code && a[i].bits == b[i].bits &&
		      a[i].is_test == b[i].is_test &&
		      a[i].is_short == b[i].is_short &&
		      a[i].is_for_mail == b[i].is_for_mail);
}

/* The same mail with CRLF where LF stood; it has no CR. */
static struct span
with_crlf(struct span mail)
{
	char *out = xmalloc(2 * mail.n + 1);
	size_t i, n = 0;

	for (i = 0; i < mail.n; i++) {
		if (mail.p[i] == '\n')
			out[n++] = '\r';
		out[n++] = mail.p[i];
	}
	return (struct span){ out, n };
}

/* Whether the header keeps below its limit with a CR more a line. */
static bool
is_small(struct span mail)
{
	return mail.n < HEADER_MAX / 2;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct key_result first[SIGNATURES_MAX], again[SIGNATURES_MAX];
	const uint8_t *nul = n > 0 ? memchr(data, '\0', n) : NULL;
	struct key_answer answer = { .state = KEY_ANSWERED };
	struct span mail = { (const char *)data, n }, crlf;
	struct keyring *ring = keyring_new();
	size_t signatures;

	if (nul != NULL) {
		answer.record[answer.n++] =
		    (struct span){ (const char *)data, (size_t)(nul - data) };
		mail = (struct span){ (const char *)nul + 1,
			n - (size_t)(nul + 1 - data) };
	}
	signatures = judge(mail, &answer, ring, first);
	if (memchr(mail.p, '\r', mail.n) == NULL && is_small(mail)) {
		crlf = with_crlf(mail);
		check(judge(crlf, &answer, ring, again) == signatures);
		compare(first, again, signatures);
		free((void *)(uintptr_t)crlf.p);
	}
	keyring_free(ring);
	return 0;
}
