#include <string.h>

#include "base/utc.h"
#include "imap/server_line.h"
#include "imap/tokens.h"

enum {
	ZONE_MAX = 2400 /* hhmm, which a header's date may exceed */
};

static bool
is_one_of(struct span word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (span_is_nocase(word, *words))
			return true;
	return false;
}

/* Behind "* ". */
static enum answer
untagged_kind(struct span s)
{
	static const char *const status[] = { "OK", "NO", "BAD", "PREAUTH",
		NULL };
	struct span word = take_word(&s);

	if (word.n > 0 && take_is_digit(word.p[0])) {
		if (take_number(&word) && word.n == 0 && take_text(&s, " ") &&
		    span_is_nocase(take_word(&s), "FETCH"))
			return ANSWER_FETCH;
		return ANSWER_OTHER;
	}
	if (is_one_of(word, status))
		return ANSWER_STATUS;
	if (span_is_nocase(word, "BYE"))
		return ANSWER_BYE;
	if (span_is_nocase(word, "LIST"))
		return ANSWER_LIST;
	if (span_is_nocase(word, "XLIST"))
		return ANSWER_XLIST;
	if (span_is_nocase(word, "STATUS"))
		return ANSWER_SIZES;
	if (span_is_nocase(word, "ID"))
		return ANSWER_ID;
	return ANSWER_OTHER;
}

enum answer
answer_kind(struct span s)
{
	static const char *const status[] = { "OK", "NO", "BAD", NULL };
	struct span word;

	if (s.n > 0 && s.p[0] == '+')
		return ANSWER_CONTINUE;
	if (take_text(&s, "* "))
		return untagged_kind(s);
	word = take_word(&s);
	if (word.n == 0)
		return s.n == 0 || !take_is_blank(s.p[0]) ? ANSWER_EMPTY
							  : ANSWER_GARBAGE;
	if (!take_text(&s, " "))
		return ANSWER_GARBAGE;
	word = take_word(&s);
	return is_one_of(word, status) ? ANSWER_TAGGED : ANSWER_GARBAGE;
}

static bool
is_atom(struct span s)
{
	return take_atom(&s) && s.n == 0;
}

/* Behind "HEADER.FIELDS (": "Subject "Content-Type")". */
static bool
take_field_names(struct span *s)
{
	do
		if (!take_plain_string(s) && !take_atom(s))
			return false;
	while (take_text(s, " "));
	return take_text(s, ")");
}

/* Behind "BODY[": "HEADER]<0> {12}". */
static bool
take_body(struct span *s)
{
	if (take_text(s, "HEADER") && take_text(s, ".FIELDS (") &&
	    !take_field_names(s))
		return false;
	if (!take_text(s, "]"))
		return false;
	if (take_text(s, "<") && (!take_number(s) || !take_text(s, ">")))
		return false;
	if (s->n == 0 || !take_is_blank(s->p[0]))
		return false;
	take_blanks(s);
	return take_text(s, "NIL") || take_plain_string(s) || take_literal(s);
}

/* "RFC822.SIZE", taken from the front. */
static struct span
take_name(struct span *s)
{
	struct span name = { s->p, 0 };

	while (name.n < s->n && s->p[name.n] != ' ' && s->p[name.n] != '[')
		name.n++;
	*s = span_skip(*s, name.n);
	return name;
}

static bool
take_letters(struct span *s)
{
	size_t n = 0;

	while (n < s->n && ((s->p[n] >= 'A' && s->p[n] <= 'Z') ||
			       (s->p[n] >= 'a' && s->p[n] <= 'z')))
		n++;
	*s = span_skip(*s, n);
	return n > 0;
}

/* "31-Jan-2026". */
static bool
take_day(struct span *s)
{
	take_blanks(s);
	return take_number(s) && take_text(s, "-") && take_letters(s) &&
	       take_text(s, "-") && take_number(s);
}

/* "12:00:00 +0000". */
static bool
take_time(struct span *s)
{
	take_blanks(s);
	if (!take_number(s) || !take_text(s, ":") || !take_number(s) ||
	    !take_text(s, ":") || !take_number(s))
		return false;
	take_blanks(s);
	return (take_text(s, "+") || take_text(s, "-")) && take_number(s);
}

/* The form, as libetpan takes it; whether there is such a day is not asked. */
static bool
take_date(struct span *s, struct answer_fetch *fetch)
{
	const char *p = s->p;

	if (!take_text(s, "\"") || !take_day(s) || !take_time(s) ||
	    !take_text(s, "\""))
		return false;
	fetch->date = (struct span){ p + 1, (size_t)(s->p - p) - 2 };
	return true;
}

static bool
take_item(struct span *s, struct answer_fetch *fetch)
{
	struct span name = take_name(s);

	if (span_is_nocase(name, "BODY"))
		return take_text(s, "[") && take_body(s);
	if (!take_text(s, " "))
		return false;
	take_blanks(s);
	if (span_is_nocase(name, "UID")) {
		fetch->odd |= fetch->has_uid;
		return fetch->has_uid = take_value(s, &fetch->uid);
	}
	if (span_is_nocase(name, "RFC822.SIZE"))
		return fetch->has_size = take_value(s, &fetch->size);
	if (span_is_nocase(name, "INTERNALDATE"))
		return take_date(s, fetch);
	if (span_is_nocase(name, "FLAGS") || span_is_nocase(name, "MODSEQ"))
		return take_flags(s);
	return false;
}

/* Whether it is sound, and what it holds. */
static bool
read_fetch(struct span s, bool at_literal, struct answer_fetch *fetch)
{
	*fetch = (struct answer_fetch){ 0 };
	if (!take_text(&s, "* ") || !take_number(&s) ||
	    !take_text(&s, " FETCH ("))
		return false;
	for (;;) {
		take_blanks(&s);
		if (s.n == 0)
			return at_literal;
		if (s.p[0] == ')')
			return take_is_end(span_skip(s, 1)) && !at_literal;
		if (!take_item(&s, fetch))
			return false;
	}
}

static bool
is_list(struct span s, bool at_literal)
{
	if (!take_text(&s, "* LIST ") && !take_text(&s, "* XLIST "))
		return false;
	if (!take_flags(&s) || !take_text(&s, " ") ||
	    !(take_text(&s, "NIL") || take_string(&s)) || !take_text(&s, " "))
		return false;
	if (take_literal(&s))
		return s.n == 0 ? at_literal : take_is_end(s) && !at_literal;
	return (take_string(&s) || take_atom(&s)) && take_is_end(s) &&
	       !at_literal;
}

void
answer_read_fetch(struct span line, struct answer_fetch *fetch)
{
	read_fetch(line, false, fetch);
}

bool
answer_read_date(struct span s, int64_t *t)
{
	struct span zone = span_skip(s, s.n > 4 ? s.n - 4 : 0);
	char text[40];
	uint32_t hhmm;
	size_t i;

	if (s.n >= sizeof text || !take_value(&zone, &hhmm) || hhmm > ZONE_MAX)
		return false;
	for (i = 0; i < s.n; i++)
		text[i] = i < 8 && s.p[i] == '-' ? ' ' : s.p[i];
	return utc_parse_mail((struct span){ text, s.n }, t) == 0;
}

/* In quotes, or NIL; one that no name could hold is none. */
static char
separator_of(struct span s)
{
	char c;

	if (!take_text(&s, "\""))
		return '\0';
	take_text(&s, "\\");
	c = s.n > 1 && s.p[1] == '"' ? s.p[0] : '\0';
	return c > ' ' && c < 0x7f ? c : '\0';
}

void
answer_read_folder(struct span line, struct answer_folder *folder)
{
	struct span s = span_skip(line, span_find(line, "("));

	*folder = (struct answer_folder){ .flags = span_skip(s, 1) };
	take_flags(&s);
	folder->flags.n = (size_t)(s.p - folder->flags.p) - 1;
	take_text(&s, " ");
	folder->separator = separator_of(s);
	if (!take_string(&s))
		take_word(&s); /* NIL */
	take_text(&s, " ");
	folder->name = s;
	if (take_string(&s)) {
		folder->is_quoted = true;
		folder->name = (struct span){ folder->name.p + 1,
			folder->name.n - s.n - 2 };
		return;
	}
	folder->name = take_word(&folder->name);
}

bool
answer_ends_in_literal(struct span line, uint64_t *bytes)
{
	size_t end = line.n - 1, at = end;

	if (line.n < 3 || line.p[end] != '}')
		return false;
	while (at > 0 && take_is_digit(line.p[at - 1]))
		at--;
	if (at == end || at == 0 || line.p[at - 1] != '{')
		return false;
	for (*bytes = 0; at < end; at++)
		if (*bytes <= (UINT64_MAX - 9) / 10)
			*bytes =
			    *bytes * 10 + (unsigned char)(line.p[at] - '0');
	return true;
}

bool
answer_next_word(struct span *line, struct span *word)
{
	take_blanks(line);
	*word = take_word(line);
	return word->n > 0;
}

bool
answer_next_capability(struct span *line, struct span *name)
{
	while (answer_next_word(line, name))
		if (is_atom(*name))
			return true;
	return false;
}

bool
answer_has_uid(struct span line)
{
	for (; line.n > 0; line = span_skip(line, 1))
		if (span_begins_nocase(line, "UID"))
			return true;
	return false;
}

bool
answer_is_sound(enum answer kind, struct span line, bool at_literal)
{
	struct answer_fetch fetch;

	if (kind == ANSWER_FETCH)
		return read_fetch(line, at_literal, &fetch);
	return (kind == ANSWER_LIST || kind == ANSWER_XLIST) &&
	       is_list(line, at_literal);
}
