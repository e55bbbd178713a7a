/*
 * Data of DNS records: strings lie within the record, names and addresses are
 * plain text.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "dns/rdata.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* What a host name or an address is written in. */
static void
require_plain(const char *s)
{
	for (; *s != '\0'; s++)
		require(*s > ' ' && *s < 0x7f && (*s < 'A' || *s > 'Z'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span record = { (const char *)data, n }, text;
	struct arena arena = { 0 };
	const struct span *string;
	struct dns_mx mx;
	const char *address, *name;
	size_t i, strings, total = 0;

	if (dns_strings(record, &arena, &string, &strings)) {
		for (i = 0; i < strings; i++) {
			require(string[i].p > record.p &&
				string[i].p + string[i].n <= record.p + n);
			total += string[i].n;
		}
		require(dns_text(record, &arena, &text) && text.n == total);
	}
	if (dns_name(record, &arena, &name))
		require_plain(name);
	if (dns_mx(record, &arena, &mx)) {
		require(mx.preference <= UINT16_MAX);
		require_plain(mx.host);
	}
	if (dns_address(record, &arena, &address)) {
		require(n == 4 || n == 16);
		require_plain(address);
	}
	arena_free(&arena);
	return 0;
}
