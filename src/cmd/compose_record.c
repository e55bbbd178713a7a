#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/span.h"
#include "cmd/compose_record.h"
#include "config/value_types.h"
#include "published/flaws.h"
#include "published/points.h"
#include "published/rua_uri.h"

enum {
	STRING_MOST = 255,  /* RFC 1035 §3.3: one length byte */
	STRING_LEAST = 128, /* where a comma is no longer near the end */
	VALUE_MOST = 2000,  /* so that it fits into answers by UDP */
	NAME_MOST = 253
};

static const char place[] = "_smtp._tls.";

static int
refuse(struct composed_record *r, const char *subject, const char *code,
    const char *hint, const char *words)
{
	r->subject = subject;
	r->code = code;
	r->hint = hint;
	r->words = words;
	return EX_USAGE;
}

static void
say(struct composed_record *r, struct arena *arena, const char *from,
    const char *to)
{
	r->said = arena_printf(arena, "%s%s: taken as %s\n", r->said, from, to);
}

/* A domain with two labels or more that is no address; NULL for others. */
static const char *
plain_domain(const char *text, struct arena *arena)
{
	unsigned char binary[sizeof(struct in6_addr)];
	const char *domain;

	if (setting_domain(text, arena, &domain) == -1 ||
	    strchr(domain, '.') == NULL ||
	    inet_pton(AF_INET, domain, binary) == 1)
		return NULL;
	return domain;
}

/* The domain in a URL or in an address of mail; "" when there is none. */
static const char *
domain_within(const char *text, struct arena *arena)
{
	const char *start = strstr(text, "://"), *at, *domain;
	size_t n;

	start = start != NULL ? start + 3 : text;
	n = strcspn(start, "/?#");
	start = arena_strndup(arena, start, n);
	if ((at = strrchr(start, '@')) != NULL)
		start = at + 1;
	start = arena_strndup(arena, start, strcspn(start, ":"));
	domain = plain_domain(start, arena);
	return domain != NULL ? domain : "";
}

/* Take the domain as it was typed. */
static int
take_domain(struct composed_record *r, const char *text, struct arena *arena)
{
	bool placed = span_begins_nocase(span_of(text), place);
	const char *bare = placed ? text + strlen(place) : text;
	const char *domain = plain_domain(bare, arena);
	size_t bare_length;

	if (domain == NULL || strlen(place) + strlen(domain) > NAME_MOST)
		return refuse(r, text, "domain", domain_within(text, arena),
		    "a domain is wanted, such as example.com");
	bare_length = strlen(bare);
	if (bare[bare_length - 1] == '.')
		bare_length--;
	/* upper case and a final dot are no change worth a word */
	if (placed ||
	    !span_is_nocase((struct span){ bare, bare_length }, domain))
		say(r, arena, text, domain);
	r->domain = domain;
	r->name = arena_printf(arena, "%s%s", place, domain);
	return 0;
}

/* A mail address with U-labels behind its "@" gets A-labels there. */
static const char *
with_alabels(const char *uri, struct arena *arena)
{
	const char *at = strrchr(uri, '@'), *domain, *p;

	if (at == NULL || !span_begins_nocase(span_of(uri), "mailto:"))
		return uri;
	for (p = at; *p != '\0' && (unsigned char)*p < 0x80; p++)
		continue;
	if (*p == '\0' || setting_domain(at + 1, arena, &domain) == -1)
		return uri;
	return arena_printf(arena, "%.*s%s", (int)(at + 1 - uri), uri, domain);
}

/* The URI with its scheme in lower case. */
static const char *
with_plain_scheme(const char *uri, struct arena *arena)
{
	char *copy = arena_strdup(arena, uri), *p;

	for (p = copy; *p != '\0' && *p != ':'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return copy;
}

/* The text with what must be encoded in a record encoded (RFC 8460 §3). */
static const char *
encoded(const char *uri, struct arena *arena)
{
	const char *out = "";
	size_t n;

	for (; *uri != '\0'; uri += n) {
		n = strcspn(uri, "!,;");
		if (n == 0)
			out = arena_printf(
			    arena, "%s%%%02X", out, (unsigned char)uri[n++]);
		else
			out = arena_printf(arena, "%s%.*s", out, (int)n, uri);
	}
	return out;
}

/* Whether there is nothing to say against a URI. */
static bool
is_good(const char *uri, struct arena *arena)
{
	struct flaws fs = { 0 };
	struct rua_uri read;

	rua_uri_read(span_of(uri), arena, &read, &fs);
	return fs.n == 0 && read.kind >= RUA_MAILTO;
}

/* What may have been meant by a URI with that flaw; "" for no guess. */
static const char *
guess(enum point_code code, const char *uri, struct arena *arena)
{
	const char *meant = "";

	if (code == POINT_RUA_NO_SCHEME)
		meant = arena_printf(arena, "mailto:%s", uri);
	else if (code == POINT_RUA_UNENCODED)
		meant = encoded(uri, arena);
	else if (code == POINT_RUA_MAILTO_SLASHES)
		meant =
		    arena_printf(arena, "mailto:%s", uri + strlen("mailto://"));
	return meant[0] != '\0' && is_good(meant, arena) ? meant : "";
}

/* The remedy of a point, or its sentence up to what was found. */
static const char *
words_of(enum point_code code, struct arena *arena)
{
	const struct point_entry *e = point_entry(code);
	const char *found = strstr(e->sentence, ": {x}");

	if (code == POINT_DNS_SYNTAX)
		return "blanks, quotes, <, > and the like are no part of a URI";
	if (code == POINT_DNS_NON_ASCII)
		return "a character that is not ASCII";
	if (code == POINT_RUA_NO_SCHEME)
		return e->remedy;
	if (code == POINT_RUA_UNENCODED)
		return "! , and ; inside a URI must be written %21 %2C %3B; "
		       "for several URIs give --rua several times";
	if (found == NULL)
		return e->sentence;
	return arena_strndup(arena, e->sentence, (size_t)(found - e->sentence));
}

/* Take a URI as it was typed; `*taken` gets it as it is published. */
static int
take_uri(struct composed_record *r, const char *typed, const char **taken,
    struct arena *arena)
{
	const char *uri = with_alabels(typed, arena);
	struct flaws fs = { 0 };
	struct rua_uri read;
	const char *hint;
	size_t i;

	rua_uri_read(span_of(uri), arena, &read, &fs);
	for (i = 0; i < fs.n; i++) {
		if (fs.item[i].code == POINT_RUA_SCHEME_CASE)
			continue;
		hint = guess(fs.item[i].code, uri, arena);
		return refuse(r, typed, point_entry(fs.item[i].code)->name,
		    hint,
		    hint[0] != '\0' ? "" : words_of(fs.item[i].code, arena));
	}
	*taken = with_plain_scheme(uri, arena);
	if (strcmp(*taken, typed) != 0)
		say(r, arena, typed, *taken);
	return 0;
}

/* The value of all URIs; a refusal for one of them is that of the record. */
static int
take_uris(struct composed_record *r, const char *const *uri, size_t n,
    struct arena *arena)
{
	const char **taken = arena_alloc(arena, (n + 1) * sizeof *taken);
	size_t i, j;

	r->value = "v=TLSRPTv1; rua=";
	for (i = 0; i < n; i++) {
		if (take_uri(r, uri[i], &taken[i], arena) != 0)
			return EX_USAGE;
		for (j = 0; j < i; j++)
			if (strcmp(taken[i], taken[j]) == 0)
				return refuse(r, uri[i],
				    point_entry(POINT_RUA_DUPLICATE)->name, "",
				    "it stands twice: name it once");
		r->value = arena_printf(
		    arena, "%s%s%s", r->value, i > 0 ? "," : "", taken[i]);
		if (strlen(r->value) > VALUE_MOST)
			return refuse(r, uri[i], "too-long", "",
			    "with it the record has over 2000 bytes");
	}
	return 0;
}

/* How much of a value goes into the next string. */
static size_t
string_length(const char *s)
{
	size_t n = strlen(s), i;

	if (n <= STRING_MOST)
		return n;
	for (i = STRING_MOST; i > STRING_LEAST; i--)
		if (s[i - 1] == ',' || s[i - 1] == ';')
			return i;
	return STRING_MOST;
}

/* Divide the value into strings, and write the record as a zone file has it. */
static void
write_zone(struct composed_record *r, struct arena *arena)
{
	const char **string = arena_alloc(
	    arena, (VALUE_MOST / STRING_LEAST + 1) * sizeof *string);
	const char *rest = r->value;
	size_t n;

	r->zone = arena_printf(arena, "%s. %u IN TXT", r->name, r->ttl);
	for (; *rest != '\0'; rest += n) {
		n = string_length(rest);
		string[r->n_strings++] = arena_strndup(arena, rest, n);
	}
	r->strings = string;
	if (r->n_strings == 1) {
		r->zone = arena_printf(arena, "%s \"%s\"", r->zone, string[0]);
		return;
	}
	r->zone = arena_printf(arena, "%s (", r->zone);
	for (n = 0; n < r->n_strings; n++)
		r->zone =
		    arena_printf(arena, "%s\n\t\"%s\"", r->zone, string[n]);
	r->zone = arena_printf(arena, "%s )", r->zone);
}

int
compose_record(const char *domain, const char *const *uri, size_t n,
    unsigned ttl, struct arena *arena, struct composed_record *r)
{
	memset(r, 0, sizeof *r);
	r->said = r->code = r->hint = r->words = r->subject = "";
	r->ttl = ttl;
	if (take_domain(r, domain, arena) != 0 ||
	    take_uris(r, uri, n, arena) != 0)
		return EX_USAGE;
	write_zone(r, arena);
	return 0;
}
