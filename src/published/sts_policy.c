#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/ascii.h"
#include "base/span.h"
#include "base/utf8.h"
#include "published/flaws.h"
#include "published/points.h"
#include "published/sts_policy.h"
#include "published/txt_record.h"

enum {
	AGE_DIGITS = 10, /* RFC 8461 §3.2 */
	DOMAIN_MOST = 253,
	LABEL_MOST = 63
};

static const char *const modes[] = { "", "enforce", "testing", "none" };

/* A policy under way: what its first version, mode and max_age were. */
struct reading {
	struct sts_policy *policy;
	struct arena *arena;
	unsigned line;
	bool has_version, has_mode, has_age;
	bool has_mx; /* a line, even an invalid one */
	bool good_version, good_age;
	const char **mx;
	size_t n_mx, room;
};

/* Domain of RFC 5321 §4.1.2, with or without "*." before it. */
static bool
is_mx_pattern(struct span s)
{
	size_t i, label = 0;

	if (s.n > 2 && s.p[0] == '*' && s.p[1] == '.')
		s = span_skip(s, 2);
	for (i = 0; i <= s.n; i++) {
		if (i == s.n || s.p[i] == '.') {
			if (label == 0 || label > LABEL_MOST ||
			    s.p[i - 1] == '-')
				return false;
			label = 0;
		} else if (ascii_is_alnum(s.p[i]) ||
			   (s.p[i] == '-' && label > 0)) {
			label++;
		} else {
			return false;
		}
	}
	return s.n <= DOMAIN_MOST;
}

/* UTF-8 without the control characters of ASCII (RFC 8461 §3.2). */
static bool
is_text(struct span s)
{
	size_t n;
	unsigned c;

	for (; s.n > 0; s = span_skip(s, n))
		if ((n = text_utf8(s.p, s.n, &c)) == 0 || c < ' ' || c == 0x7f)
			return false;
	return true;
}

/* Digits alone, and within the bound; -1 otherwise. */
static int64_t
age_of(struct span s)
{
	int64_t age = 0;
	size_t i;

	if (s.n == 0 || s.n > AGE_DIGITS)
		return -1;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		age = age * 10 + (s.p[i] - '0');
	}
	return age <= STS_MAX_AGE ? age : -1;
}

/* Note a field that counts once; whether it is the first of its name. */
static bool
is_first(struct reading *r, bool *seen)
{
	bool first = !*seen;

	*seen = true;
	if (!first)
		flaws_add(&r->policy->flaws, POINT_STS_FIELD_REPEATED, "", "");
	return first;
}

static void
read_mx(struct reading *r, struct span value)
{
	r->has_mx = true;
	if (!is_mx_pattern(value)) {
		flaws_add(&r->policy->flaws, POINT_STS_MX_INVALID,
		    arena_strndup(r->arena, value.p, value.n),
		    arena_printf(r->arena, "%u", r->line));
		return;
	}
	r->mx = arena_grow(r->arena, r->mx, r->n_mx, &r->room, sizeof *r->mx);
	r->mx[r->n_mx++] = arena_strndup(r->arena, value.p, value.n);
}

static void
read_mode(struct reading *r, struct span value)
{
	enum sts_mode mode;

	for (mode = STS_ENFORCE; mode <= STS_NONE; mode++)
		if (span_is(value, modes[mode]))
			r->policy->mode = mode;
}

static void
read_age(struct reading *r, struct span value)
{
	int64_t age = age_of(value);

	r->good_age = age >= 0;
	r->policy->max_age = r->good_age ? (uint32_t)age : 0;
	if (r->good_age && age < STS_SHORT_AGE)
		flaws_add(&r->policy->flaws, POINT_STS_MAX_AGE_SHORT,
		    arena_printf(r->arena, "%u", r->policy->max_age), "");
}

/* A line "name: value"; false when it is none. */
static bool
read_line(struct reading *r, struct span line)
{
	struct span name = line, value;
	const char *colon = memchr(line.p, ':', line.n);

	if (colon == NULL)
		return false;
	name.n = (size_t)(colon - line.p);
	value = span_skip(line, name.n + 1);
	while (value.n > 0 && ascii_is_blank(value.p[0]))
		value = span_skip(value, 1);
	if (!txt_is_field_name(name) || !is_text(value))
		return false;
	if (span_is(name, "version")) {
		if (is_first(r, &r->has_version))
			r->good_version = span_is(value, "STSv1");
	} else if (span_is(name, "mode")) {
		if (is_first(r, &r->has_mode))
			read_mode(r, value);
	} else if (span_is(name, "max_age")) {
		if (is_first(r, &r->has_age))
			read_age(r, value);
	} else if (span_is(name, "mx")) {
		read_mx(r, value);
	} else {
		flaws_add(&r->policy->flaws, POINT_EXT_UNKNOWN, "", "");
		return value.n > 0;
	}
	return true;
}

/* The next line without its end and the blanks before that. */
static struct span
next_line(struct span *rest)
{
	struct span line = *rest;
	const char *end = memchr(line.p, '\n', line.n);

	if (end != NULL)
		line.n = (size_t)(end - line.p);
	*rest = span_skip(*rest, line.n + 1);
	if (end != NULL && line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	while (line.n > 0 && ascii_is_blank(line.p[line.n - 1]))
		line.n--;
	return line;
}

/* Add what the whole lacks. */
static void
weigh(struct reading *r)
{
	struct sts_policy *p = r->policy;

	if (!r->good_version)
		flaws_add(&p->flaws, POINT_STS_VERSION, "", "");
	if (p->mode == STS_NO_MODE)
		flaws_add(&p->flaws, POINT_STS_MODE, "", "");
	if (!r->good_age)
		flaws_add(&p->flaws, POINT_STS_MAX_AGE, "", "");
	if (!r->has_mx && p->mode != STS_NONE)
		flaws_add(&p->flaws, POINT_STS_MX_MISSING, "", "");
	p->valid = r->good_version && p->mode != STS_NO_MODE && r->good_age &&
		   (r->has_mx || p->mode == STS_NONE) &&
		   !flaws_has(&p->flaws, POINT_STS_MX_INVALID);
}

void
sts_policy_read(struct span body, struct arena *arena, struct sts_policy *p)
{
	struct reading r = { .policy = p, .arena = arena };
	struct span line;

	memset(p, 0, sizeof *p);
	while (body.n > 0) {
		line = next_line(&body);
		r.line++;
		if (line.n == 0) {
			flaws_add(&p->flaws, POINT_STS_BLANK_LINE, "", "");
		} else if (!read_line(&r, line)) {
			memset(p, 0, sizeof *p);
			flaws_add(&p->flaws, POINT_STS_POLICY_SYNTAX,
			    arena_strndup(arena, line.p, line.n),
			    arena_printf(arena, "%u", r.line));
			return;
		}
	}
	weigh(&r);
	if (p->valid) {
		p->mx = r.mx;
		p->n_mx = r.n_mx;
	} else {
		p->mode = STS_NO_MODE;
		p->max_age = 0;
	}
}

const char *
sts_mode_name(enum sts_mode mode)
{
	return modes[mode];
}

bool
sts_mx_matches(const char *pattern, const char *host)
{
	size_t n = strlen(host);
	const char *dot;

	if (n > 0 && host[n - 1] == '.')
		n--;
	if (n == 0)
		return false; /* the root is no host */
	if (strncmp(pattern, "*.", 2) == 0) {
		pattern += 2;
		dot = memchr(host, '.', n);
		if (dot == NULL || dot == host)
			return false;
		n -= (size_t)(dot - host) + 1;
		host = dot + 1;
	}
	return strlen(pattern) == n && strncasecmp(pattern, host, n) == 0;
}
