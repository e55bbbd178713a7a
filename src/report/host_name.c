#include <arpa/inet.h>
#include <idn2.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/span.h"
#include "report/host_name.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_ldh(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

static bool
is_ascii(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/*
 * Whether all labels consist of letters, digits and underscores, with hyphens
 * only inside of them.
 */
static bool
is_domain(const char *d)
{
	size_t label = 0, n;

	for (n = 0; n <= NAME_MAX_DOMAIN; n++) {
		if (d[n] == '.' || d[n] == '\0') {
			if (label == 0 || label > NAME_MAX_LABEL ||
			    d[n - 1] == '-')
				return false;
			if (d[n] == '\0')
				return true;
			label = 0;
		} else {
			if (!is_ldh(d[n]) || (label == 0 && d[n] == '-'))
				return false;
			label++;
		}
	}
	return false;
}

static const char *
lower_copy(struct span s, struct arena *arena)
{
	char *out = arena_strndup(arena, s.p, s.n);
	size_t i;

	for (i = 0; i < s.n; i++)
		out[i] = lower(out[i]);
	return out;
}

/*
 * Convert Unicode to A-labels (RFC 5891, mapped as in UTS 46); NULL when that
 * is not possible.
 */
static const char *
to_alabels(struct span s, struct arena *arena)
{
	char *in = arena_strndup(arena, s.p, s.n), *ascii = NULL;
	const char *out = NULL;
	int rc;

	rc =
	    idn2_to_ascii_8z(in, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (rc == IDN2_MALLOC)
		out_of_memory();
	if (rc == IDN2_OK)
		out = lower_copy(span_of(ascii), arena);
	idn2_free(ascii);
	return out;
}

const char *
name_domain(struct span s, struct arena *arena, unsigned *deviation)
{
	unsigned dev = 0;
	const char *d;

	if (s.n > 1 && s.p[s.n - 1] == '.') {
		dev |= NAME_TRAILING_DOT;
		s.n--;
	}
	/* U-labels may have more bytes than A-labels, but not four times */
	if (s.n == 0 || s.n > 4 * NAME_MAX_DOMAIN)
		return NULL;
	if (is_ascii(s)) {
		d = lower_copy(s, arena);
	} else {
		dev |= NAME_NOT_ALABEL;
		d = to_alabels(s, arena);
	}
	if (d == NULL || !is_domain(d))
		return NULL;
	*deviation = dev;
	return d;
}

const char *
name_host(struct span s, struct arena *arena, unsigned *conversions)
{
	struct span bare = s;
	const char *d = NULL;
	unsigned dev;

	if (s.n == 0)
		return "";
	if (s.n > 2 && s.p[0] == '*' && s.p[1] == '.')
		bare = span_skip(s, 2);
	if (is_ascii(bare))
		d = name_domain(bare, arena, &dev);
	else if (*conversions > 0) {
		--*conversions;
		d = name_domain(bare, arena, &dev);
	}
	if (d == NULL)
		return lower_copy(s, arena);
	return bare.n < s.n ? arena_printf(arena, "*.%s", d) : d;
}

/* The address without brackets, "IPv6:" before it, and a zone behind it. */
static struct span
strip_address(struct span s)
{
	const char *zone;

	if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		s = (struct span){ s.p + 1, s.n - 2 };
	if (span_begins_nocase(s, "IPv6:"))
		s = span_skip(s, 5);
	if ((zone = memchr(s.p, '%', s.n)) != NULL &&
	    memchr(s.p, ':', s.n) != NULL && zone + 1 < s.p + s.n)
		s.n = (size_t)(zone - s.p);
	return s;
}

int
name_ip(struct span s, char out[NAME_IP_TEXT], unsigned *deviation)
{
	struct span bare = strip_address(s);
	struct in6_addr six;
	struct in_addr four;
	char text[NAME_IP_TEXT];

	if (bare.n >= sizeof text || memchr(bare.p, '\0', bare.n) != NULL)
		return -1;
	memcpy(text, bare.p, bare.n);
	text[bare.n] = '\0';
	if (inet_pton(AF_INET, text, &four) == 1) {
		memcpy(out, text, bare.n + 1); /* it has one form only */
	} else if (inet_pton(AF_INET6, text, &six) == 1) {
		memcpy(&four, six.s6_addr + 12, 4);
		if (IN6_IS_ADDR_V4MAPPED(&six))
			inet_ntop(AF_INET, &four, out, NAME_IP_TEXT);
		else
			inet_ntop(AF_INET6, &six, out, NAME_IP_TEXT);
	} else {
		return -1;
	}
	*deviation = bare.n < s.n ? NAME_DECORATED : 0;
	return 0;
}

/* What RFC 5322 §3.2.3 allows in an atom; RFC 6532 adds all beyond ASCII. */
static bool
is_atext(char c)
{
	char l = lower(c);

	return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') ||
	       (unsigned char)c >= 0x80 ||
	       (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool
is_dot_atom(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '.' ? i == 0 || s.p[i - 1] == '.'
				  : !is_atext(s.p[i]))
			return false;
	return s.n > 0 && s.p[s.n - 1] != '.';
}

static bool
is_quoted_string(struct span s)
{
	size_t i;

	if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
		return false;
	for (i = 1; i < s.n - 1; i++) {
		if (s.p[i] == '"')
			return false;
		if (s.p[i] == '\\' && ++i == s.n - 1)
			return false;
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	}
	return true;
}

static bool
is_domain_literal(struct span s)
{
	char text[NAME_IP_TEXT];
	unsigned dev;

	return s.n > 2 && s.p[0] == '[' && name_ip(s, text, &dev) == 0;
}

/* The bytes of a domain name at the front of what follows an "@". */
static struct span
domain_front(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_ldh(lower(s.p[i])) && s.p[i] != '.' &&
		    (unsigned char)s.p[i] < 0x80)
			break;
	s.n = i;
	return s;
}

const char *
name_mail_domain(struct span s, struct arena *arena, bool *valid)
{
	struct span local = s, domain;
	const char *d;
	unsigned dev = 0;
	size_t i;

	*valid = false;
	for (i = s.n; i > 0 && s.p[i - 1] != '@'; i--)
		continue;
	if (i == 0)
		return "";
	local.n = i - 1;
	domain = span_skip(s, i);
	d = name_domain(domain_front(domain), arena, &dev);
	if (is_dot_atom(local) || is_quoted_string(local))
		*valid = is_domain_literal(domain) ||
			 (d != NULL && (dev & NAME_TRAILING_DOT) == 0 &&
			     is_dot_atom(domain));
	return d != NULL ? d : "";
}

/* Whether `domain` is `parent` or below it; `parent` is not "". */
static bool
is_within(const char *domain, const char *parent)
{
	size_t n = strlen(domain), m = strlen(parent);

	if (n == m)
		return strcmp(domain, parent) == 0;
	return n > m && domain[n - m - 1] == '.' &&
	       strcmp(domain + n - m, parent) == 0;
}

bool
name_same(const char *a, const char *b)
{
	return *a != '\0' && *b != '\0' && (is_within(a, b) || is_within(b, a));
}
