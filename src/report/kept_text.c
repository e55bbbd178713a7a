#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/utf8.h"
#include "codes/codes.h"
#include "report/kept_text.h"
#include "report/members.h"
#include "report/report_parser.h"

/*
 * C1 controls, characters that turn the direction of text (Unicode Standard
 * Annex 9), and non-characters.
 */
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

static const char *
keep(struct report_parser *rp, struct span s, enum member m, size_t max,
    bool lines)
{
	if (s.n == 0)
		return "";
	if (s.n > max) {
		s.n = max;
		while (((unsigned char)s.p[s.n] & 0xc0) == 0x80)
			s.n--;
		warn_of(rp, CODE_TEXT_TRUNCATED, m);
	}
	if (is_unsafe(s, lines))
		warn_of(rp, CODE_TEXT_UNSAFE, m);
	return arena_strndup(rp->arena, s.p, s.n);
}

const char *
keep_text(struct report_parser *rp, struct span s, enum member m)
{
	return keep(rp, s, m, KEPT_TEXT, false);
}

const char *
keep_lines(struct report_parser *rp, struct span s, enum member m)
{
	return keep(rp, s, m, KEPT_TEXT, true);
}

const char *
keep_name(struct report_parser *rp, struct span s, enum member m)
{
	return keep(rp, s, m, KEPT_NAME, false);
}

const char *
keep_type(struct report_parser *rp, struct span s, enum member m)
{
	return keep(rp, s, m, KEPT_TYPE, false);
}
