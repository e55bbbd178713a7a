#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "report/reading.h"

/* "policies[0].failure-details[2].result-type" */
static void
where(const struct reading *r, enum member m, char out[FINDING_WHERE])
{
	const char *path = member_path(m);

	if (r->policy == READING_NOWHERE)
		snprintf(out, FINDING_WHERE, "%s", path);
	else if (r->failure == READING_NOWHERE)
		snprintf(out, FINDING_WHERE, "policies[%zu]%s%s", r->policy,
		    *path != '\0' ? "." : "", path);
	else
		snprintf(out, FINDING_WHERE,
		    "policies[%zu].failure-details[%zu]%s%s", r->policy,
		    r->failure, *path != '\0' ? "." : "", path);
}

int
reading_refuse(struct reading *r, unsigned rank, enum code code, enum member m)
{
	if (r->refusal.code == CODE_NONE || rank < r->rank) {
		r->rank = rank;
		r->refusal.code = code;
		where(r, m, r->refusal.where);
	}
	return -1;
}

void
reading_warn(struct reading *r, enum code code, enum member m)
{
	char text[FINDING_WHERE];

	if (findings_has(r->findings, code))
		return;
	where(r, m, text);
	findings_add(r->findings, code, "%s", text);
}

void
reading_warn_null(struct reading *r, const struct members *m, enum member name)
{
	if (m->of[name] != NULL && m->of[name]->type == JSONTEXT_NULL)
		reading_warn(r, CODE_NULL_FIELD, name);
}

void
reading_warn_alias(struct reading *r, const struct members *m, enum member name,
    enum member alias)
{
	reading_warn_null(r, m, name);
	if (member_given(m->of[name]))
		return;
	reading_warn_null(r, m, alias);
	if (member_given(m->of[alias]))
		reading_warn(r, CODE_ALIAS_KEY, alias);
}

/* Bidi controls (Unicode Standard Annex 9) and non-characters. */
static bool
is_unsafe_character(unsigned c)
{
	return (c >= 0x80 && c <= 0x9f) || c == 0x61c || c == 0x200e ||
	       c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || (c >= 0xfdd0 && c <= 0xfdef) ||
	       (c & 0xfffe) == 0xfffe;
}

static bool
is_unsafe(struct span s, bool lines)
{
	size_t i, len;
	unsigned c;

	for (i = 0; (i += text_plain(s.p + i, s.n - i)) < s.n; i += len) {
		c = (unsigned char)s.p[i];
		len = 1;
		if (c < 0x80) {
			if (!lines || (c != '\t' && c != '\r' && c != '\n'))
				return true;
			continue;
		}
		if ((len = text_utf8(s.p + i, s.n - i, &c)) == 0 ||
		    is_unsafe_character(c))
			return true;
	}
	return false;
}

const char *
reading_keep(struct reading *r, struct span s, enum member m, bool lines)
{
	if (s.n == 0)
		return "";
	if (s.n > READING_TEXT_MAX) {
		s.n = READING_TEXT_MAX;
		while (((unsigned char)s.p[s.n] & 0xc0) == 0x80)
			s.n--;
		reading_warn(r, CODE_TEXT_TRUNCATED, m);
	}
	if (is_unsafe(s, lines))
		reading_warn(r, CODE_TEXT_UNSAFE, m);
	return arena_strndup(r->arena, s.p, s.n);
}
