/*
 * Policies of MTA-STS: what is valid has what senders need, and is read the
 * same with other line ends.  The first byte says how much of the input is an
 * MX host, which is held against the policy.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "published/flaws.h"
#include "published/sts_policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(bool truth)
{
	if (!truth)
		abort();
}

static void
check(const struct sts_policy *p)
{
	size_t i;

	require(p->valid || p->flaws.n > 0);
	require(p->valid == (p->mode != STS_NO_MODE));
	require(p->valid || (p->n_mx == 0 && p->max_age == 0));
	require(p->max_age <= STS_MAX_AGE);
	require(!p->valid || p->n_mx > 0 || p->mode == STS_NONE);
	for (i = 0; i < p->n_mx; i++)
		require(strspn(p->mx[i], "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789-.*") == strlen(p->mx[i]));
}

/* The same text with CRLF where it has LF alone. */
static struct span
with_crlf(struct span text, struct arena *arena)
{
	char *out = arena_alloc(arena, 2 * text.n + 1);
	size_t i, n = 0;

	for (i = 0; i < text.n; i++) {
		if (text.p[i] == '\n' && (i == 0 || text.p[i - 1] != '\r'))
			out[n++] = '\r';
		out[n++] = text.p[i];
	}
	return (struct span){ out, n };
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct arena arena; /* its first block serves all runs */
	struct sts_policy p, again;
	struct span body;
	const char *host;
	size_t i, host_length = n > 0 ? data[0] : 0;

	if (n == 0 || host_length >= n)
		return 0;
	host = arena_strndup(&arena, (const char *)data + 1, host_length);
	body = (struct span){ (const char *)data + 1 + host_length,
		n - 1 - host_length };
	sts_policy_read(body, &arena, &p);
	check(&p);
	sts_policy_read(with_crlf(body, &arena), &arena, &again);
	require(again.valid == p.valid && again.mode == p.mode &&
		again.max_age == p.max_age && again.n_mx == p.n_mx &&
		again.flaws.n == p.flaws.n);
	for (i = 0; i < p.n_mx; i++) {
		require(strcmp(p.mx[i], again.mx[i]) == 0);
		sts_mx_matches(p.mx[i], host);
		require(p.mx[i][0] == '*' || sts_mx_matches(p.mx[i], p.mx[i]));
	}
	arena_reset(&arena);
	return 0;
}
