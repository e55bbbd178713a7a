/*
 * TXT records of TLS-RPT and MTA-STS: whatever stands in them, what is read is
 * what a strict sender may use, and the record shown is the record.
 *
 * 0xff begins another record, 0xfe another string of one.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "model/domain_setup.h"
#include "published/flaws.h"
#include "published/points.h"
#include "published/rua_uri.h"
#include "published/sts_record.h"
#include "published/tlsrpt_record.h"
#include "published/txt_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

enum {
	RECORDS = 40,
	STRINGS = 40,
	NEXT_RECORD = 0xff,
	NEXT_STRING = 0xfe
};

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* A record that is valid has what senders need, and no flaw that forbids it. */
static void
check_tlsrpt(const struct tlsrpt_record *r)
{
	enum point_state state;
	size_t i, used = 0;
	const char *c;

	require(r->valid || r->flaws.n > 0);
	require(!r->valid || r->record != NULL);
	for (i = 0; i < r->n; i++) {
		used += tlsrpt_is_used(r, &r->uri[i]);
		require(!tlsrpt_is_used(r, &r->uri[i]) ||
			r->uri[i].host[0] != '\0');
		for (c = r->uri[i].text; *c != '\0'; c++)
			require(r->uri[i].kind < RUA_MAILTO ||
				(*c > ' ' && *c < 0x7f));
	}
	require(r->valid == (used > 0));
	for (i = 0; i < r->flaws.n; i++) {
		state = point_entry(r->flaws.item[i].code)->state;
		require(!r->valid || state != POINT_FAILED ||
			strncmp(point_entry(r->flaws.item[i].code)->name,
			    "rua-", 4) == 0);
	}
}

static void
check_sts(const struct sts_record *r)
{
	require(r->valid || r->flaws.n > 0);
	require(r->valid == (r->id[0] != '\0'));
	require(strspn(r->id, "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "0123456789") == strlen(r->id));
}

/* The text shown, with its quotes and escapes undone. */
static void
check_shown(const struct txt_record *r, struct arena *arena)
{
	const char *shown = txt_shown(r, arena);
	struct span text = txt_joined(r, arena);
	bool inside = false;
	size_t at = 0;
	unsigned c;

	for (; *shown != '\0'; shown++) {
		require(*shown >= ' ' && *shown < 0x7f);
		if (*shown == '"')
			inside = !inside;
		if (*shown == '"' || !inside)
			continue;
		c = (unsigned char)*shown;
		if (c == '\\' && shown[1] >= '0' && shown[1] <= '9') {
			c = (unsigned)((shown[1] - '0') * 100 +
				       (shown[2] - '0') * 10 + shown[3] - '0');
			shown += 3;
		} else if (c == '\\') {
			c = (unsigned char)*++shown;
		}
		require(at < text.n && (unsigned char)text.p[at] == c);
		at++;
	}
	require(at == text.n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct txt_record record[RECORDS] = { { NULL, 0 } };
	struct span string[RECORDS][STRINGS];
	struct txt_answer answer = { .record = record };
	struct tlsrpt_record tlsrpt;
	struct sts_record sts;
	static struct arena arena; /* its first block serves all runs */
	size_t i, from = 0;

	for (i = 0; i <= n && answer.n < RECORDS; i++) {
		if (i < n && data[i] < NEXT_STRING)
			continue;
		if (record[answer.n].n < STRINGS)
			string[answer.n][record[answer.n].n++] =
			    (struct span){ (const char *)data + from,
				    i - from };
		from = i + 1;
		record[answer.n].string = string[answer.n];
		if (i == n || data[i] == NEXT_RECORD)
			answer.n++;
	}
	tlsrpt_read(&answer, &arena, &tlsrpt);
	check_tlsrpt(&tlsrpt);
	sts_record_read(&answer, &arena, &sts);
	check_sts(&sts);
	for (i = 0; i < answer.n; i++)
		check_shown(&record[i], &arena);
	arena_reset(&arena);
	return 0;
}
