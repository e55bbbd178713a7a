#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/span.h"
#include "dns/host_names.h"
#include "dns/rdata.h"
#include "dns/resolver.h"

enum {
	NAMES = 8,    /* of one address that are looked at */
	REVERSE = 80, /* room for the name of an address, with terminator */
	FOUR = 4,     /* bytes of an IPv4 address */
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
reverse_name(const struct address *a, char out[static REVERSE])
{
	size_t i, n = 0;

	for (i = a->n; i-- > 0;)
		n += (size_t)(a->n == FOUR
				  ? snprintf(out + n, REVERSE - n, "%u.",
					a->bytes[i])
				  : snprintf(out + n, REVERSE - n, "%x.%x.",
					a->bytes[i] & 15, a->bytes[i] >> 4));
	snprintf(out + n, REVERSE - n, "%s",
	    a->n == FOUR ? "in-addr.arpa" : "ip6.arpa");
}

/* Whether a PTR record is the name of a host, and which. */
static bool
read_name(struct span record, struct arena *arena, const char **name)
{
	return dns_name(record, arena, name) && (*name)[0] != '\0' &&
	       strchr(*name, '\\') == NULL;
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
    struct arena *arena, const char *name[static NAMES])
{
	char reverse[REVERSE];
	struct dns_question q = {
		.name = reverse, .type = DNS_PTR, .party = address
	};
	size_t i, n = 0;

	reverse_name(a, reverse);
	resolver_ask(r, &q, 1);
	for (i = 0; i < q.answer->n && n < NAMES; i++)
		n += read_name(q.answer->record[i], arena, &name[n]);
	return n;
}

const char *
host_names_find(struct resolver *r, const char *address, struct arena *arena)
{
	struct dns_question q[NAMES];
	const char *name[NAMES], *found = "";
	struct address a;
	size_t n, i;

	if (!read_address(address, &a) ||
	    (n = ask_names(r, address, &a, arena, name)) == 0)
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
