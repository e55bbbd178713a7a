#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/span.h"
#include "dns/rdata.h"

enum {
	LABEL_MAX = 63, /* RFC 1035 §2.3.4 */
	NAME_MAX_WIRE = 255,
	ESCAPED = 4, /* a byte as \DDD */
	ADDRESS_TEXT = INET6_ADDRSTRLEN
};

/* Take the next character-string off the front; false when it is cut. */
static bool
next_string(struct span *rest, struct span *string)
{
	size_t length = (unsigned char)rest->p[0];

	*rest = span_skip(*rest, 1);
	if (length > rest->n)
		return false;
	*string = (struct span){ rest->p, length };
	*rest = span_skip(*rest, length);
	return true;
}

bool
dns_text(struct span record, struct arena *arena, struct span *text)
{
	char *out = arena_alloc(arena, record.n + 1);
	struct span string;
	size_t n = 0;

	while (record.n > 0) {
		if (!next_string(&record, &string))
			return false;
		memcpy(out + n, string.p, string.n);
		n += string.n;
	}
	*text = (struct span){ out, n };
	return true;
}

bool
dns_strings(struct span record, struct arena *arena, const struct span **string,
    size_t *n)
{
	struct span *list = NULL;
	size_t room = 0;

	for (*n = 0; record.n > 0; (*n)++) {
		list = arena_grow(arena, list, *n, &room, sizeof *list);
		if (!next_string(&record, &list[*n]))
			return false;
	}
	*string = list;
	return true;
}

/* A label as text, with a terminator; returns its length. */
static size_t
label_text(struct span label, char *out)
{
	size_t i, n = 0;
	unsigned char c;

	for (i = 0; i < label.n; i++) {
		c = (unsigned char)label.p[i];
		if (c < 0x80 && (isalnum(c) || c == '-' || c == '_'))
			out[n++] = (char)tolower(c);
		else
			n += (size_t)snprintf(
			    out + n, ESCAPED + 1, "\\%03u", (unsigned)c);
	}
	out[n] = '\0';
	return n;
}

bool
dns_name(struct span wire, struct arena *arena, const char **name)
{
	char text[ESCAPED * NAME_MAX_WIRE + 2];
	size_t n = 0, length;

	if (wire.n == 0 || wire.n > NAME_MAX_WIRE)
		return false;
	text[0] = '\0';
	while (wire.n > 0) {
		length = (unsigned char)wire.p[0];
		wire = span_skip(wire, 1);
		if (length == 0)
			break;
		if (length > LABEL_MAX || length >= wire.n)
			return false;
		if (n > 0)
			text[n++] = '.';
		n += label_text((struct span){ wire.p, length }, text + n);
		wire = span_skip(wire, length);
	}
	*name = arena_strndup(arena, text, n);
	return wire.n == 0;
}

bool
dns_mx(struct span record, struct arena *arena, struct dns_mx *mx)
{
	if (record.n < 3)
		return false;
	mx->preference = (unsigned)(unsigned char)record.p[0] << 8 |
			 (unsigned char)record.p[1];
	return dns_name(span_skip(record, 2), arena, &mx->host);
}

bool
dns_address(struct span record, struct arena *arena, const char **address)
{
	int family = record.n == sizeof(struct in_addr) ? AF_INET : AF_INET6;
	char text[ADDRESS_TEXT];

	if (record.n != sizeof(struct in_addr) &&
	    record.n != sizeof(struct in6_addr))
		return false;
	if (inet_ntop(family, record.p, text, sizeof text) == NULL)
		return false;
	*address = arena_strdup(arena, text);
	return true;
}
