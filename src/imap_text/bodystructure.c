#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/span.h"
#include "imap_text/bodystructure.h"
#include "imap_text/tokens.h"
#include "model/message.h"

enum {
	DEPTH_MAX = 6 /* of multiparts and mails, which are read by recursion */
};

/* How the parts of one mail are read. */
struct walk {
	struct span *s;
	struct structure *st;
	unsigned depth;
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

/* Whether a part may have parts of its own that the server does not list. */
static bool
has_parts(struct span type, struct span subtype)
{
	return span_is_nocase(type, "multipart") ||
	       (span_is_nocase(type, "message") &&
		   (span_is_nocase(subtype, "global") ||
		       span_is_nocase(subtype, "news")));
}

/* A report's media type, or the report-type of its multipart. */
static bool
has_type_of_report(struct span s)
{
	static const char *const telling[] = { "tlsrpt" };

	return has_word(s, telling, 1);
}

/*
 * Behind the subtype of a part that holds no other, of which `begin` is all
 * that follows its bracket.
 */
static bool
read_leaf(
    struct walk *w, struct span begin, struct span type, const char *section)
{
	static const char *const packed[] = { "zip", ".gz", "octet-stream",
		"zlib", "compress" };
	struct structure_part *part = &w->st->part[w->st->n];
	struct span value, encoding, word;

	if (w->st->n == MESSAGE_PARTS || !take_value(w->s, &part->of_type) ||
	    !take_value(w->s, &value) || !take_value(w->s, &value) ||
	    !take_value(w->s, &encoding))
		return false;
	take_blanks(&encoding);
	part->is_text =
	    (span_is_nocase(type, "text") || span_is_nocase(type, "message")) &&
	    take_string(&encoding, &word) &&
	    !span_is_nocase(word, "quoted-printable");
	take_blanks(w->s);
	if (!take_number(w->s, &part->size) ||
	    !read_disposition(w->s, &part->of_disposition))
		return false;
	begin.n -= w->s->n;
	part->is_packed =
	    has_word(begin, packed, sizeof packed / sizeof *packed);
	snprintf(part->section, sizeof part->section, "%s", section);
	w->st->n++;
	return !has_type_of_report(begin);
}

/* The section of part `i` of a multipart or mail; false: it is too long. */
static bool
write_section(const char *of, unsigned i, char section[STRUCTURE_SECTION])
{
	return snprintf(section, STRUCTURE_SECTION, "%s%s%u", of,
		   of[0] != '\0' ? "." : "", i) < STRUCTURE_SECTION;
}

static bool read_mail(struct walk *, const char *section);

/*
 * Behind the subtype of a mail in the mail.  One that is encoded, against RFC
 * 2046 §5.2.1, is read by some.
 */
static bool
read_mail_inside(struct walk *w, const char *section)
{
	struct span parameters, id, description, encoding, envelope;
	uint32_t size;

	if (!take_value(w->s, &parameters) || !take_value(w->s, &id) ||
	    !take_value(w->s, &description))
		return false;
	take_blanks(w->s);
	if (!take_string(w->s, &encoding) ||
	    !(span_is_nocase(encoding, "7bit") ||
		span_is_nocase(encoding, "8bit") ||
		span_is_nocase(encoding, "binary")))
		return false;
	take_blanks(w->s);
	return take_number(w->s, &size) && take_value(w->s, &envelope) &&
	       read_mail(w, section) && skip_rest(w->s);
}

/* A part that is no multipart. */
static bool
read_single(struct walk *w, const char *section)
{
	struct span begin, type, subtype;

	if (!take_text(w->s, "("))
		return false;
	begin = *w->s;
	if (!take_type(w->s, &type) || !take_type(w->s, &subtype) ||
	    has_parts(type, subtype))
		return false;
	if (span_is_nocase(type, "message") &&
	    span_is_nocase(subtype, "rfc822"))
		return read_mail_inside(w, section);
	return read_leaf(w, begin, type, section);
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

/*
 * Behind the parts of a multipart: its subtype and parameters.  In a digest
 * (RFC 2046 §5.1.5) not all agree on what is a mail.
 */
static bool
read_multipart_end(struct walk *w, struct span *boundary)
{
	struct span begin = *w->s, rest = begin, subtype, name, value;

	if (!skip_rest(w->s))
		return false;
	begin.n -= w->s->n;
	if (has_type_of_report(begin) ||
	    (take_type(&rest, &subtype) && span_is_nocase(subtype, "digest")))
		return false;
	take_blanks(&rest);
	if (take_text(&rest, "("))
		while (next_parameter(&rest, &name, &value))
			if (span_is_nocase(name, "boundary"))
				*boundary = value;
	return true;
}

static bool
is_multipart(struct span s)
{
	return s.n > 1 && s.p[0] == '(' && s.p[1] == '(';
}

static bool
read_multipart(struct walk *w, const char *section, struct span *boundary)
{
	char inner[STRUCTURE_SECTION];
	struct span of_part;
	unsigned i;

	if (w->depth++ == DEPTH_MAX)
		return false;
	*w->s = span_skip(*w->s, 1);
	for (i = 1; w->s->n > 0 && w->s->p[0] == '('; i++) {
		if (!write_section(section, i, inner) ||
		    !(is_multipart(*w->s) ? read_multipart(w, inner, &of_part)
					  : read_single(w, inner)))
			return false;
		take_blanks(w->s);
	}
	w->depth--;
	return read_multipart_end(w, boundary);
}

/* A mail has the section of its part; when it is one part, that has another. */
static bool
read_mail(struct walk *w, const char *section)
{
	struct structure_mail *mail = &w->st->mail[w->st->n_mails];
	char inner[STRUCTURE_SECTION];
	size_t n;

	if (w->st->n_mails == MESSAGE_MAILS)
		return false;
	w->st->n_mails++;
	snprintf(mail->section, sizeof mail->section, "%s", section);
	take_blanks(w->s);
	mail->is_multipart = is_multipart(*w->s);
	if (mail->is_multipart)
		return read_multipart(w, section, &mail->boundary);
	n = w->st->n_mails;
	return write_section(section, 1, inner) && read_single(w, inner) &&
	       w->st->n_mails == n; /* nor is it a mail in a mail alone */
}

void
structure_read(struct span value, struct structure *st)
{
	struct walk w = { .s = &value, .st = st };

	*st = (struct structure){ 0 };
	st->is_plain = read_mail(&w, "");
}

/* Whether it can be written down as it is; `without` has what it must lack. */
static bool
is_plain_word(struct span s, const char *without)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (strchr(without, s.p[i]) != NULL)
			return false;
	return true;
}

/* Whether it can stand between quotes; its escapes stay as they are. */
static bool
is_quotable(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '"' || (s.p[i] == '\\' && ++i == s.n))
			return false;
	return is_plain_word(s, "\r\n");
}

/* A value that has an encoded charset (RFC 2231) stands without quotes. */
static bool
write_parameter(struct span name, struct span value, struct buf *out)
{
	bool is_encoded = name.n > 0 && name.p[name.n - 1] == '*';

	if (!is_plain_word(name, "\r\n \t;=\"\\") || !is_quotable(value) ||
	    (is_encoded && !is_plain_word(value, " \t;\\")))
		return false;
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
