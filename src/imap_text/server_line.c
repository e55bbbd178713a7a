#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"
#include "imap_text/server_line.h"
#include "imap_text/tokens.h"

/* The next word and the blank behind it. */
static struct span
next(struct span *s)
{
	struct span word = { s->p, 0 };

	while (word.n < s->n && strchr(" \t\r\n", s->p[word.n]) == NULL)
		word.n++;
	*s = span_skip(*s, word.n);
	take_blanks(s);
	return word;
}

static bool
is_one_of(struct span word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (span_is_nocase(word, *words))
			return true;
	return false;
}

/* Of a line behind its star. */
static enum server_line
untagged_kind(struct span s)
{
	static const char *const status[] = { "OK", "NO", "BAD", "PREAUTH",
		"BYE", NULL };
	struct span word = next(&s);
	uint32_t number;

	if (take_number(&word, &number) && word.n == 0)
		return span_is_nocase(next(&s), "FETCH") ? LINE_FETCH
							 : LINE_OTHER;
	if (is_one_of(word, status))
		return LINE_STATUS;
	if (span_is_nocase(word, "LIST") || span_is_nocase(word, "XLIST"))
		return LINE_LIST;
	return LINE_OTHER;
}

enum server_line
server_line_kind(struct span s)
{
	static const char *const status[] = { "OK", "NO", "BAD", NULL };
	struct span tag;

	if (s.n > 0 && s.p[0] == '+')
		return LINE_CONTINUE;
	tag = next(&s);
	if (span_is(tag, "*"))
		return untagged_kind(s);
	return tag.n > 0 && is_one_of(next(&s), status) ? LINE_TAGGED
							: LINE_STRAY;
}

bool
server_line_is_text(enum server_line kind)
{
	return kind == LINE_CONTINUE || kind == LINE_TAGGED ||
	       kind == LINE_STATUS;
}
