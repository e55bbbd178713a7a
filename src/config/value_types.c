#include <arpa/inet.h>
#include <idn2.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/hex.h"
#include "config/value_types.h"

enum {
	DOMAIN_MAX = 253, /* RFC 1035 §2.3.4, as text without the last dot */
	LABEL_MAX = 63,
	SHA256_DIGITS = 64,
	WORD_MAX = 40, /* bytes of the longest word that is compared */
	TYPO = 2       /* letters by which a word may be mistyped */
};

/* Read the digits that `s` begins with; `*end` is what follows them. */
static int
leading_number(const char *s, uint64_t *number, const char **end)
{
	uint64_t v = 0;

	if (*s < '0' || *s > '9')
		return -1;
	for (; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(v, 10U, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return -1;
	*number = v;
	*end = s;
	return 0;
}

int
setting_number(const char *text, uint64_t *number)
{
	const char *end;
	uint64_t v;

	if (leading_number(text, &v, &end) == -1 || *end != '\0')
		return -1;
	*number = v;
	return 0;
}

struct unit {
	char letter;
	uint64_t factor;
};

/* Read a number and its unit; unit '\0' is none, factor 0 ends the table. */
static int
number_with_unit(const char *text, const struct unit *unit, uint64_t *out)
{
	const char *end;
	uint64_t v;

	if (leading_number(text, &v, &end) == -1)
		return -1;
	while (unit->factor != 0 && unit->letter != *end)
		unit++;
	if (*end != '\0')
		end++;
	if (unit->factor == 0 || *end != '\0' ||
	    __builtin_mul_overflow(v, unit->factor, &v))
		return -1;
	*out = v;
	return 0;
}

int
setting_size(const char *text, uint64_t *bytes)
{
	static const struct unit units[] = { { '\0', 1 }, { 'K', 1 << 10 },
		{ 'M', 1 << 20 }, { 'G', 1 << 30 }, { '\0', 0 } };

	return number_with_unit(text, units, bytes);
}

int
setting_duration(const char *text, uint64_t *seconds)
{
	static const struct unit units[] = { { 's', 1 }, { 'm', 60 },
		{ 'h', 60 * 60 }, { 'd', 24 * 60 * 60 }, { '\0', 0 } };

	return number_with_unit(text, units, seconds);
}

int
setting_yes(const char *text, bool *yes)
{
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return -1;
	*yes = text[0] == 'y';
	return 0;
}

static size_t
count_quotes(const char *s)
{
	size_t n = 0;

	while ((s = strchr(s, '"')) != NULL) {
		s++;
		n++;
	}
	return n;
}

int
setting_text(const char *text, struct arena *a, const char **out)
{
	size_t n = strlen(text), quotes = count_quotes(text);

	if (quotes % 2 != 0)
		return -1;
	if (quotes == 2 && text[0] == '"' && text[n - 1] == '"')
		*out = arena_strndup(a, text + 1, n - 2);
	else
		*out = arena_strdup(a, text);
	return 0;
}

/* Copy the item at `s` without its quotes; returns what is behind it. */
static const char *
take_item(const char *s, char *out)
{
	bool quoted = false;

	for (; *s != '\0' && (quoted || !ascii_is_blank(*s)); s++) {
		if (*s == '"')
			quoted = !quoted;
		else
			*out++ = *s;
	}
	*out = '\0';
	return s;
}

int
setting_list(
    const char *text, struct arena *a, const char *const **item, size_t *n)
{
	size_t len = strlen(text), count = 0;
	const char **list;
	char *copy;

	if (count_quotes(text) % 2 != 0)
		return -1;
	list = arena_alloc(a, (len / 2 + 2) * sizeof *list);
	copy = arena_alloc(a, len + 1);
	for (;;) {
		while (ascii_is_blank(*text))
			text++;
		if (*text == '\0')
			break;
		list[count++] = copy;
		text = take_item(text, copy);
		copy += strlen(copy) + 1;
	}
	*item = list;
	*n = count;
	return 0;
}

char *const *
setting_argv(const char *line, struct arena *a)
{
	const char *const *item;
	char **argv;
	size_t n, i;

	if (setting_list(line, a, &item, &n) == -1 || n == 0)
		return NULL;
	argv = arena_alloc(a, (n + 1) * sizeof *argv);
	for (i = 0; i < n; i++)
		argv[i] = arena_strdup(a, item[i]);
	return argv;
}

static bool
is_domain_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

/* RFC 1035 §2.3.1, with the underscore that some names have. */
static bool
is_domain(const char *s)
{
	size_t label = 0, total = strlen(s);
	char before = '.';

	if (total == 0 || total > DOMAIN_MAX)
		return false;
	for (; *s != '\0'; before = *s++) {
		if (*s == '.') {
			if (label == 0 || before == '-')
				return false;
			label = 0;
		} else if (!is_domain_char(*s) || ++label > LABEL_MAX ||
			   (*s == '-' && before == '.')) {
			return false;
		}
	}
	return label > 0 && before != '-';
}

static bool
is_ascii(const char *s)
{
	while (*s > 0)
		s++;
	return *s == '\0';
}

static void
lower_case(char *s)
{
	for (; *s != '\0'; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s + ('a' - 'A'));
}

/* Convert U-labels by libidn2; plain ASCII is only folded. */
static char *
to_ascii(const char *text, struct arena *a)
{
	char *ascii = NULL, *out;

	if (is_ascii(text)) {
		out = arena_strdup(a, text);
	} else {
		if (idn2_to_ascii_8z(text, &ascii,
			IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
			return NULL;
		out = arena_strdup(a, ascii);
		idn2_free(ascii);
	}
	lower_case(out);
	return out;
}

int
setting_domain(const char *text, struct arena *a, const char **domain)
{
	char *s = to_ascii(text, a);
	size_t n = s != NULL ? strlen(s) : 0;

	if (n > 1 && s[n - 1] == '.')
		s[n - 1] = '\0';
	if (n == 0 || !is_domain(s))
		return -1;
	*domain = s;
	return 0;
}

/* An IP address, its brackets removed; NULL when the text is none. */
static char *
address(const char *text, struct arena *a)
{
	unsigned char bin[sizeof(struct in6_addr)];
	size_t n = strlen(text);
	char *s = arena_strdup(a, text);

	if (n > 2 && s[0] == '[' && s[n - 1] == ']') {
		s[n - 1] = '\0';
		return inet_pton(AF_INET6, s + 1, bin) == 1 ? s + 1 : NULL;
	}
	if (inet_pton(AF_INET, s, bin) == 1 || inet_pton(AF_INET6, s, bin) == 1)
		return s;
	return NULL;
}

/* Only digits and dots: a mistyped address, since no name is like that. */
int
setting_host(const char *text, struct arena *a, const char **host)
{
	char *s = address(text, a);

	if (s != NULL) {
		lower_case(s);
		*host = s;
		return 0;
	}
	if (text[strspn(text, "0123456789.")] == '\0')
		return -1;
	return setting_domain(text, a, host);
}

bool
setting_is_loopback(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (strcmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
	return inet_pton(AF_INET6, host, &six) == 1 &&
	       IN6_IS_ADDR_LOOPBACK(&six);
}

bool
setting_is_dns_server(const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];
	char host[INET6_ADDRSTRLEN + 1];
	const char *at = strchr(text, '@');
	size_t n = at != NULL ? (size_t)(at - text) : strlen(text);
	uint64_t port = 53;

	if (n >= sizeof host)
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	if (at != NULL && setting_number(at + 1, &port) == -1)
		return false;
	return port > 0 && port <= UINT16_MAX &&
	       (inet_pton(AF_INET, host, address) == 1 ||
		   inet_pton(AF_INET6, host, address) == 1);
}

int
setting_fingerprint(const char *text, struct arena *a, const char **digits)
{
	static const char prefix[] = "sha256:";
	char *hex, *out;
	const char *s;

	if (strncasecmp(text, prefix, sizeof prefix - 1) != 0)
		return -1;
	hex = out = arena_strdup(a, text + sizeof prefix - 1);
	lower_case(hex);
	for (s = hex; *s != '\0'; s++) {
		if (hex_digit(*s) != -1)
			*out++ = *s;
		else if (*s != ':' || (out - hex) % 2 != 0 || out == hex ||
			 s[-1] == ':')
			return -1;
	}
	if (out - hex != SHA256_DIGITS || s[-1] == ':')
		return -1;
	*out = '\0';
	*digits = hex;
	return 0;
}

int
setting_delimiter(const char *text, char *delimiter)
{
	static const struct {
		const char *name;
		char character;
	} known[] = { { ",", ',' }, { ";", ';' }, { "|", '|' },
		{ "comma", ',' }, { "semicolon", ';' }, { "pipe", '|' },
		{ "tab", '\t' } };
	size_t i;

	for (i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(text, known[i].name) == 0) {
			*delimiter = known[i].character;
			return 0;
		}
	return -1;
}

int
setting_decimal(const char *text, char *decimal)
{
	if (strcmp(text, ".") != 0 && strcmp(text, ",") != 0)
		return -1;
	*decimal = text[0];
	return 0;
}

/* How many letters must be changed, added or removed to turn `a` into `b`. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1], diagonal, above, cost;
	size_t m = strlen(a), n = strlen(b), i, j;

	if (m > WORD_MAX || n > WORD_MAX)
		return WORD_MAX;
	for (j = 0; j <= n; j++)
		row[j] = (unsigned)j;
	for (i = 1; i <= m; i++) {
		diagonal = row[0];
		row[0] = (unsigned)i;
		for (j = 1; j <= n; j++) {
			above = row[j];
			cost = diagonal + (a[i - 1] != b[j - 1]);
			if (above + 1 < cost)
				cost = above + 1;
			if (row[j - 1] + 1 < cost)
				cost = row[j - 1] + 1;
			row[j] = cost;
			diagonal = above;
		}
	}
	return row[n];
}

const char *
setting_nearest(const char *word, const char *const *names, size_t n)
{
	unsigned d, least = TYPO + 1;
	const char *found = NULL;
	size_t i;

	for (i = 0; i < n; i++)
		if ((d = distance(word, names[i])) < least) {
			least = d;
			found = names[i];
		}
	return found;
}
