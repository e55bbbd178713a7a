#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/span.h"
#include "dns/host_names.h"
#include "dns/resolver.h"

enum {
	NAMES = 8,	/* of one address that are looked at */
	NAME_MAX = 253, /* characters, RFC 1035 §2.3.4 */
	NAME_TEXT = NAME_MAX + 1,
	FOUR = 4, /* bytes of an IPv4 address */
	SIX = 16
};

/* An address in the form that DNS has it. */
struct address {
	unsigned char bytes[SIX];
	size_t n; /* FOUR or SIX */
};

static bool
read_address(const char *text, struct address *a)
{
	a->n = FOUR;
	if (inet_pton(AF_INET, text, a->bytes) == 1)
		return true;
	a->n = SIX;
	return inet_pton(AF_INET6, text, a->bytes) == 1;
}

/* "1.2.0.192.in-addr.arpa", or nibbles and "ip6.arpa" (RFC 3596 §2.5). */
static void
reverse_name(const struct address *a, char out[static NAME_TEXT])
{
	size_t i, n = 0;

	for (i = a->n; i-- > 0;)
		n += (size_t)(a->n == FOUR
				  ? snprintf(out + n, NAME_TEXT - n, "%u.",
					a->bytes[i])
				  : snprintf(out + n, NAME_TEXT - n, "%x.%x.",
					a->bytes[i] & 15, a->bytes[i] >> 4));
	snprintf(out + n, NAME_TEXT - n, "%s",
	    a->n == FOUR ? "in-addr.arpa" : "ip6.arpa");
}

/* The name of a host in a PTR record; false for any other, and a broken one. */
static bool
read_name(struct span wire, char out[static NAME_TEXT])
{
	size_t n = 0, length;
	unsigned char c;

	while (wire.n > 1) {
		length = (unsigned char)wire.p[0];
		wire = span_skip(wire, 1);
		if (length == 0 || length >= wire.n ||
		    n + length + 1 > NAME_MAX)
			return false;
		if (n > 0)
			out[n++] = '.';
		for (; length > 0; length--, wire = span_skip(wire, 1)) {
			c = (unsigned char)wire.p[0];
			if (c >= 0x80 || (!isalnum(c) && c != '-' && c != '_'))
				return false;
			out[n++] = (char)tolower(c);
		}
	}
	out[n] = '\0';
	return n > 0 && wire.n == 1 && wire.p[0] == '\0';
}

/* Whether one of the records is that address. */
static bool
leads_to(const struct dns_answer *answer, const struct address *a)
{
	size_t i;

	for (i = 0; i < answer->n; i++)
		if (answer->record[i].n == a->n &&
		    memcmp(answer->record[i].p, a->bytes, a->n) == 0)
			return true;
	return false;
}

/* The names that DNS gives for an address; how many. */
static size_t
ask_names(struct resolver *r, const char *address, const struct address *a,
    char name[static NAMES][NAME_TEXT])
{
	char reverse[NAME_TEXT];
	struct dns_question q = {
		.name = reverse, .type = DNS_PTR, .party = address
	};
	size_t i, n = 0;

	reverse_name(a, reverse);
	resolver_ask(r, &q, 1);
	for (i = 0; i < q.answer->n && n < NAMES; i++)
		n += read_name(q.answer->record[i], name[n]);
	return n;
}

const char *
host_names_find(struct resolver *r, const char *address, struct arena *arena)
{
	struct dns_question q[NAMES];
	char name[NAMES][NAME_TEXT];
	const char *found = "";
	struct address a;
	size_t n, i;

	if (!read_address(address, &a) ||
	    (n = ask_names(r, address, &a, name)) == 0)
		return "";
	for (i = 0; i < n; i++)
		q[i] = (struct dns_question){ .name = name[i],
			.type = a.n == FOUR ? DNS_A : DNS_AAAA,
			.party = address };
	resolver_ask(r, q, n);
	for (i = 0; i < n; i++)
		if (leads_to(q[i].answer, &a))
			found = arena_printf(arena, "%s%s%s", found,
			    found[0] != '\0' ? " " : "", name[i]);
	return found;
}
