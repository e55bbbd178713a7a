#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/span.h"
#include "imap_text/bodystructure.h"
#include "imap_text/tokens.h"
#include "model/message.h"

enum {
	DEPTH_MAX = 6 /* of multiparts, which are read by recursion */
};

/* Whether one of these words is in it, upper or lower case. */
static bool
has_word(struct span s, const char *const *words, size_t n)
{
	size_t i;

	for (; s.n > 0; s = span_skip(s, 1))
		for (i = 0; i < n; i++)
			if (span_begins_nocase(s, words[i]))
				return true;
	return false;
}

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

/*
 * The rest of a part, behind its size: its disposition is the first value that
 * is a list of a word and a list ("ATTACHMENT" ("FILENAME" "a")).
 */
static bool
read_disposition(struct span *s, struct span *parameters)
{
	struct span value, kind, list;

	for (;;) {
		take_blanks(s);
		if (take_text(s, ")"))
			return true;
		if (!take_value(s, &value))
			return false;
		take_blanks(&value);
		if (parameters->n > 0 || !take_text(&value, "("))
			continue;
		take_blanks(&value);
		if (take_string(&value, &kind) && take_value(&value, &list))
			*parameters = list;
	}
}

static bool
take_type(struct span *s, struct span *type)
{
	take_blanks(s);
	return take_string(s, type) || take_word(s, type);
}

/* Whether a part is a mail, or may have parts of its own. */
static bool
has_parts(struct span type, struct span subtype)
{
	return span_is_nocase(type, "multipart") ||
	       (span_is_nocase(type, "message") &&
		   (span_is_nocase(subtype, "rfc822") ||
		       span_is_nocase(subtype, "global") ||
		       span_is_nocase(subtype, "news")));
}

/* Behind the bracket of a part that is no multipart. */
static bool
read_leaf(struct span *s, struct structure *st, const char *section)
{
	static const char *const packed[] = { "zip", ".gz", "octet-stream",
		"zlib", "compress" };
	struct structure_part *part = &st->part[st->n];
	struct span begin = *s, type, subtype, value;

	if (st->n == MESSAGE_PARTS || !take_type(s, &type) ||
	    !take_type(s, &subtype) || has_parts(type, subtype) ||
	    !take_value(s, &part->of_type) || !take_value(s, &value) ||
	    !take_value(s, &value) || !take_value(s, &value))
		return false;
	take_blanks(s);
	if (!take_number(s, &part->size) ||
	    !read_disposition(s, &part->of_disposition))
		return false;
	begin.n -= s->n;
	part->is_packed =
	    has_word(begin, packed, sizeof packed / sizeof *packed);
	snprintf(part->section, sizeof part->section, "%s",
	    section[0] != '\0' ? section : "1");
	st->n++;
	return true;
}

/* The next name and value of a list of parameters. */
static bool
next_parameter(struct span *list, struct span *name, struct span *value)
{
	take_blanks(list);
	if (!take_string(list, name))
		return false;
	take_blanks(list);
	return take_string(list, value);
}

/* Behind the parts of a multipart: its subtype and parameters. */
static void
read_boundary(struct span s, struct structure *st)
{
	struct span subtype, name, value;

	if (!take_type(&s, &subtype))
		return;
	take_blanks(&s);
	if (!take_text(&s, "("))
		return;
	while (next_parameter(&s, &name, &value))
		if (span_is_nocase(name, "boundary"))
			st->boundary = value;
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
	if (depth == 0)
		read_boundary(*s, st);
	return skip_rest(s);
}

void
structure_read(struct span value, struct structure *st)
{
	static const char *const telling[] = { "tlsrpt" };

	*st = (struct structure){ 0 };
	st->is_plain =
	    !has_word(value, telling, 1) && read_body(&value, st, "", 0);
}

/* A value that has an encoded charset (RFC 2231) stands without quotes. */
static bool
write_parameter(struct span name, struct span value, struct buf *out)
{
	bool is_encoded = name.n > 0 && name.p[name.n - 1] == '*';
	size_t i;

	for (i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\r' ||
		    value.p[i] == '\n' ||
		    (is_encoded && strchr(" \t;\\", value.p[i]) != NULL))
			return false;
		if (value.p[i] == '\\' && ++i == value.n)
			return false;
	}
	return buf_append(out, ";", 1) == 0 &&
	       buf_append(out, name.p, name.n) == 0 &&
	       buf_append(out, is_encoded ? "=" : "=\"", is_encoded ? 1 : 2) ==
		   0 &&
	       buf_append(out, value.p, value.n) == 0 &&
	       (is_encoded || buf_append(out, "\"", 1) == 0);
}

static bool
write_list(struct span list, struct buf *out)
{
	struct span name, value;

	take_blanks(&list);
	if (!take_text(&list, "("))
		return true; /* NIL */
	for (take_blanks(&list); !take_text(&list, ")"); take_blanks(&list))
		if (!next_parameter(&list, &name, &value) ||
		    !write_parameter(name, value, out))
			return false;
	return true;
}

bool
structure_write_parameters(const struct structure_part *part, struct buf *out)
{
	return write_list(part->of_disposition, out) &&
	       write_list(part->of_type, out);
}
