#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/hex.h"
#include "base/span.h"
#include "published/flaws.h"
#include "published/points.h"
#include "published/rua_uri.h"

enum {
	DOMAIN_MOST = 253, /* RFC 1035 §2.3.4, as text */
	LABEL_MOST = 63,
	PORT_MOST = 65535
};

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Labels of letters, digits and inner hyphens, two or more of them. */
static bool
is_domain(struct span s)
{
	size_t i, label = 0, labels = 0;

	for (i = 0; i <= s.n; i++) {
		if (i == s.n || s.p[i] == '.') {
			if (label == 0 || label > LABEL_MOST ||
			    s.p[i - 1] == '-')
				return false;
			labels++;
			label = 0;
		} else if (is_alpha(s.p[i]) || ascii_is_digit(s.p[i]) ||
			   (s.p[i] == '-' && label > 0)) {
			label++;
		} else {
			return false;
		}
	}
	return labels > 1 && s.n <= DOMAIN_MOST;
}

/* Whether the last label is a number, as in an IPv4 address. */
static bool
ends_in_number(struct span s)
{
	size_t i;

	for (i = s.n; i > 0 && s.p[i - 1] != '.'; i--)
		if (!ascii_is_digit(s.p[i - 1]))
			return false;
	return true;
}

static bool
is_bracketed_address(struct span s, const char *prefix, int family)
{
	char text[INET6_ADDRSTRLEN], binary[sizeof(struct in6_addr)];

	if (s.n < 2 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	s = (struct span){ s.p + 1, s.n - 2 };
	if (!span_begins_nocase(s, prefix))
		return false;
	s = span_skip(s, strlen(prefix));
	if (s.n >= sizeof text || memchr(s.p, '\0', s.n) != NULL)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	return inet_pton(family, text, binary) == 1;
}

static const char *
lower_copy(struct span s, struct arena *arena)
{
	char *out = arena_strndup(arena, s.p, s.n);
	size_t i;

	for (i = 0; i < s.n; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
	return out;
}

/* Undo the percent-encoding; NULL when it is broken. */
static char *
decode(struct span s, struct arena *arena, size_t *n)
{
	char *out = arena_alloc(arena, s.n + 1);
	size_t i;

	for (i = 0, *n = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			out[(*n)++] = s.p[i];
			continue;
		}
		if (s.n - i < 3 || hex_digit(s.p[i + 1]) == -1 ||
		    hex_digit(s.p[i + 2]) == -1)
			return NULL;
		out[(*n)++] =
		    (char)(hex_digit(s.p[i + 1]) << 4 | hex_digit(s.p[i + 2]));
		i += 2;
	}
	return out;
}

/*
 * The part before the "@", decoded: visible ASCII, or a quoted string in which
 * blanks may stand as well.  Empty atoms and a second "@" are mistakes; other
 * specials pass, since senders hand them on as they are.
 */
static bool
is_local_part(struct span s)
{
	bool quoted = s.n > 2 && s.p[0] == '"' && s.p[s.n - 1] == '"';
	size_t i, end = quoted ? s.n - 1 : s.n;

	for (i = quoted ? 1 : 0; i < end; i++) {
		if (s.p[i] < ' ' || s.p[i] >= 0x7f)
			return false;
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"' ||
			 (!quoted && (s.p[i] == ' ' || s.p[i] == '@')))
			return false;
		else if (!quoted && s.p[i] == '.' &&
			 (i == 0 || i + 1 == end || s.p[i - 1] == '.'))
			return false;
	}
	return s.n > 0 && i == end;
}

static bool
is_mail_domain(struct span s)
{
	return (is_domain(s) && !ends_in_number(s)) ||
	       is_bracketed_address(s, "", AF_INET) ||
	       is_bracketed_address(s, "IPv6:", AF_INET6);
}

/* What stands behind "mailto:" (RFC 6068). */
static void
read_mailto(
    struct span s, struct arena *arena, struct rua_uri *uri, struct flaws *fs)
{
	const char *query = memchr(s.p, '?', s.n);
	struct span local = s, domain;
	size_t i;
	char *text;

	if (query != NULL)
		local.n = (size_t)(query - s.p);
	text = decode(local, arena, &local.n);
	for (i = local.n; text != NULL && i > 0 && text[i - 1] != '@'; i--)
		continue;
	if (text == NULL || i == 0) {
		flaws_add(fs, POINT_RUA_MAILTO_INVALID, uri->text, "");
		return;
	}
	domain = (struct span){ text + i, local.n - i };
	local = (struct span){ text, i - 1 };
	if (!is_local_part(local) || !is_mail_domain(domain)) {
		flaws_add(fs, POINT_RUA_MAILTO_INVALID, uri->text, "");
		return;
	}
	uri->kind = RUA_MAILTO;
	uri->address = text;
	uri->host = lower_copy(domain, arena);
	if (local.n > 2 && memcmp(text, "//", 2) == 0)
		flaws_add(fs, POINT_RUA_MAILTO_SLASHES, uri->text, "");
	if (query != NULL)
		flaws_add(fs, POINT_RUA_MAILTO_QUERY, uri->text, "");
}

/* ":" and a number of a port, or nothing. */
static bool
is_port(struct span s)
{
	unsigned port = 0;
	size_t i;

	if (s.n == 0)
		return true;
	for (i = 1; i < s.n && ascii_is_digit(s.p[i]) && port <= PORT_MOST; i++)
		port = port * 10 + (unsigned)(s.p[i] - '0');
	return s.p[0] == ':' && i == s.n && s.n > 1 && port > 0 &&
	       port <= PORT_MOST;
}

/* The length of what names the host at the front of an authority. */
static size_t
host_length(struct span authority)
{
	const char *end = memchr(authority.p, ':', authority.n);

	if (authority.n > 0 && authority.p[0] == '[') {
		end = memchr(authority.p, ']', authority.n);
		return end != NULL ? (size_t)(end - authority.p) + 1
				   : authority.n;
	}
	return end != NULL ? (size_t)(end - authority.p) : authority.n;
}

/* The final dot of a name in a URL is legal, and no part of the name. */
static bool
is_url_host(struct span *host)
{
	struct span bare = *host;

	if (is_bracketed_address(*host, "", AF_INET6))
		return true;
	if (bare.n > 1 && bare.p[bare.n - 1] == '.')
		bare.n--;
	*host = bare;
	return is_domain(bare);
}

/* What stands behind "https:" (RFC 3986 §3). */
static void
read_https(
    struct span s, struct arena *arena, struct rua_uri *uri, struct flaws *fs)
{
	struct span authority = span_skip(s, 2), host;
	size_t i, decoded;
	bool named = false;

	for (i = 0; i < authority.n && strchr("/?#", authority.p[i]) == NULL;
	     i++)
		continue;
	authority.n = i;
	for (i = authority.n; i > 0 && authority.p[i - 1] != '@'; i--)
		continue;
	named = i > 0;
	authority = span_skip(authority, i);
	host = authority;
	host.n = host_length(authority);
	authority = span_skip(authority, host.n);
	if (s.n < 2 || memcmp(s.p, "//", 2) != 0 || !is_url_host(&host) ||
	    !is_port(authority) || decode(s, arena, &decoded) == NULL) {
		flaws_add(fs, POINT_RUA_HTTPS_INVALID, uri->text, "");
		return;
	}
	uri->kind = RUA_HTTPS;
	uri->host = lower_copy(host, arena);
	if (named)
		flaws_add(fs, POINT_RUA_USERINFO, uri->text, "");
}

/* The length of the scheme, without its colon; 0 without one. */
static size_t
scheme_length(struct span s)
{
	size_t i;

	for (i = 0; i < s.n && s.p[i] != ':'; i++)
		if (!is_alpha(s.p[i]) &&
		    (i == 0 || (!ascii_is_digit(s.p[i]) && s.p[i] != '+' &&
				   s.p[i] != '-' && s.p[i] != '.')))
			return 0;
	return i < s.n ? i : 0;
}

/* What no URI can hold, or must hold encoded; POINT_NONE for neither. */
static enum point_code
find_stray_byte(struct span s)
{
	enum point_code found = POINT_NONE;
	size_t i;

	for (i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] >= 0x80)
			return POINT_DNS_NON_ASCII;
		if (s.p[i] <= ' ' || s.p[i] == 0x7f ||
		    strchr("\"<>\\^`{|}", s.p[i]) != NULL)
			found = POINT_DNS_SYNTAX;
		else if (found == POINT_NONE && strchr("!,;", s.p[i]) != NULL)
			found = POINT_RUA_UNENCODED;
	}
	return found;
}

/* What keeps a text from being a URI of a record; POINT_NONE for nothing. */
static enum point_code
find_break(struct span s, size_t scheme)
{
	enum point_code stray = find_stray_byte(s);

	if (s.n == 0)
		return POINT_RUA_EMPTY;
	if (stray == POINT_DNS_NON_ASCII || stray == POINT_DNS_SYNTAX)
		return stray;
	return scheme == 0 ? POINT_RUA_NO_SCHEME : stray;
}

void
rua_uri_read(
    struct span s, struct arena *arena, struct rua_uri *uri, struct flaws *fs)
{
	size_t n = scheme_length(s);
	struct span scheme = { s.p, n }, rest = span_skip(s, n + 1);
	enum point_code breaks = find_break(s, n);

	*uri = (struct rua_uri){ .kind = RUA_UNUSABLE,
		.text = arena_strndup(arena, s.n > 0 ? s.p : "", s.n),
		.address = "",
		.host = "" };
	if (breaks != POINT_NONE) {
		uri->kind = RUA_BREAKS;
		flaws_add(fs, breaks, uri->text, "");
	} else if (span_is_nocase(scheme, "mailto")) {
		read_mailto(rest, arena, uri, fs);
	} else if (span_is_nocase(scheme, "https")) {
		read_https(rest, arena, uri, fs);
	} else {
		flaws_add(fs,
		    span_is_nocase(scheme, "http") ? POINT_RUA_HTTP
						   : POINT_RUA_SCHEME,
		    uri->text, "");
	}
	if (uri->kind >= RUA_MAILTO && !span_is(scheme, "mailto") &&
	    !span_is(scheme, "https"))
		flaws_add(fs, POINT_RUA_SCHEME_CASE, uri->text, "");
}

bool
rua_reaches(const char *address, const char *user)
{
	const char *at = strrchr(address, '@'), *plus = strchr(address, '+');
	size_t n;

	if (at == NULL || strchr(user, '@') == NULL)
		return false;
	if (strcasecmp(address, user) == 0)
		return true;
	if (plus == NULL || plus > at || plus == address)
		return false;
	n = (size_t)(plus - address);
	return strncasecmp(address, user, n) == 0 &&
	       strcasecmp(at, user + n) == 0;
}
