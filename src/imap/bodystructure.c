#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "imap/bodystructure.h"
#include "imap/tokens.h"
#include "model/message.h"

enum {
	DEPTH_MAX = 6,	/* of multiparts, which are read by recursion */
	BEFORE_SIZE = 5 /* subtype, parameters, id, description, encoding */
};

/* The rest of a list that was begun. */
static bool
skip_rest(struct span *s)
{
	struct span value;

	for (;;) {
		take_blanks(s);
		if (take_text(s, ")"))
			return true;
		if (!take_value(s, &value))
			return false;
	}
}

/* Behind the bracket of a part that is no multipart. */
static bool
read_leaf(struct span *s, struct structure *st, const char *section)
{
	struct span type, value;
	size_t i;

	if (st->n == MESSAGE_PARTS ||
	    (!take_string(s, &type) && !take_word(s, &type)) ||
	    span_is_nocase(type, "message") ||
	    span_is_nocase(type, "multipart"))
		return false;
	for (i = 0; i < BEFORE_SIZE; i++)
		if (!take_value(s, &value))
			return false;
	take_blanks(s);
	if (!take_number(s, &st->part[st->n].size))
		return false;
	snprintf(st->part[st->n++].section, sizeof st->part->section, "%s",
	    section[0] != '\0' ? section : "1");
	return skip_rest(s);
}

static bool
read_body(
    struct span *s, struct structure *st, const char *section, unsigned depth)
{
	char inner[sizeof st->part->section];
	unsigned i;

	if (!take_text(s, "("))
		return false;
	if (s->n == 0 || s->p[0] != '(')
		return read_leaf(s, st, section);
	st->is_multipart |= depth == 0;
	if (depth == DEPTH_MAX)
		return false;
	for (i = 1; s->n > 0 && s->p[0] == '('; i++) {
		if (snprintf(inner, sizeof inner, "%s%s%u", section,
			depth > 0 ? "." : "", i) >= (int)sizeof inner ||
		    !read_body(s, st, inner, depth + 1))
			return false;
		take_blanks(s);
	}
	return skip_rest(s);
}

/* What a report's media types and names have in them, or may hide them. */
static bool
is_telling(struct span structure)
{
	static const char *const words[] = { "tlsrpt", ".json", ".gz", ".zip",
		"=?", "*" };
	size_t i;

	for (; structure.n > 0; structure = span_skip(structure, 1))
		for (i = 0; i < sizeof words / sizeof *words; i++)
			if (span_begins_nocase(structure, words[i]))
				return true;
	return false;
}

void
structure_read(struct span value, struct structure *st)
{
	*st = (struct structure){ 0 };
	st->is_plain = !is_telling(value) && read_body(&value, st, "", 0);
}
