#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/span.h"
#include "base/utc.h"
#include "imap/fetch_answer.h"
#include "imap/session.h"
#include "imap_text/tokens.h"

enum {
	SECTION_TEXT = 1024, /* of "HEADER.FIELDS (...)" */
	FLAGS_TEXT = 4096,   /* so far the end of a list of flags is sought */
	ZONE_MAX = 2400,     /* hhmm, which a header's date may exceed */
	DATE_TEXT = 40
};

/* What is wrong with an answer. */
struct state {
	bool odd;  /* two mails in one answer */
	bool torn; /* a list in it does not end: read on word by word */
	bool structure, flags; /* that item was met */
};

/* Whether an item, or the end of the answer, may begin here. */
static bool
is_between_items(struct span s)
{
	static const char *const names[] = { "UID ", "RFC822", "INTERNALDATE ",
		"BODY", "FLAGS ", "MODSEQ ", "ENVELOPE ", "X-GM-", "EMAILID ",
		"THREADID ", "SAVEDATE " };
	size_t i, before = s.n;

	take_blanks(&s);
	if (s.n == 0 || s.p[0] == ')')
		return true;
	for (i = 0; i < sizeof names / sizeof *names && s.n < before; i++)
		if (span_begins_nocase(s, names[i]))
			return true;
	return false;
}

/*
 * Behind "FLAGS".  Keywords may have anything in them, brackets and quotes with
 * it: the list ends at the first bracket behind which another item may begin.
 */
static void
skip_flags(struct span *s)
{
	struct span rest = *s;
	size_t n = rest.n < FLAGS_TEXT ? rest.n : FLAGS_TEXT;

	for (; n > 0; rest = span_skip(rest, 1), n--)
		if (rest.p[0] == ')' && is_between_items(span_skip(rest, 1))) {
			*s = span_skip(rest, 1);
			return;
		}
}

/* Behind "UID " or "RFC822.SIZE ". */
static bool
take_figure(struct span *s, uint32_t *figure)
{
	struct span rest = *s;

	take_blanks(&rest);
	if (!take_number(&rest, figure) || !is_between_items(rest))
		return false;
	*s = rest;
	return true;
}

static bool
take_uid(struct span *s, struct fetch_answer *a, struct state *st)
{
	uint32_t uid;

	if (!take_figure(s, &uid))
		return false;
	st->odd |= a->uid != 0 && a->uid != uid;
	a->uid = uid;
	return true;
}

static bool
take_date(struct span *s, struct fetch_answer *a)
{
	take_blanks(s);
	return take_string(s, &a->internaldate) ||
	       take_word(s, &a->internaldate);
}

/* Behind "BODY[": "HEADER.FIELDS (Subject)]<0> {12}..." */
static bool
take_section(struct span *s, struct fetch_answer *a)
{
	struct span rest = *s, name = rest, bytes;
	uint32_t origin = 0;
	bool is_quoted; /* with escapes, so that it is not what the mail has */

	if (name.n > SECTION_TEXT)
		name.n = SECTION_TEXT;
	name.n = span_find(name, "]");
	rest = span_skip(rest, name.n);
	if (!take_text(&rest, "]") ||
	    (take_text(&rest, "<") &&
		(!take_number(&rest, &origin) || !take_text(&rest, ">"))))
		return false;
	take_blanks(&rest);
	take_text(&rest, "~"); /* RFC 3516: a literal of any bytes */
	*s = rest;
	is_quoted = s->n > 0 && s->p[0] == '"';
	if (!take_string(s, &bytes))
		return take_text(s, "NIL");
	is_quoted &= memchr(bytes.p, '\\', bytes.n) != NULL;
	if (origin == 0 && !is_quoted && a->n < FETCH_SECTIONS) {
		a->section[a->n].name = name;
		a->section[a->n++].bytes = bytes;
	}
	return true;
}

/* Something that is not known: its name, and what stands behind it. */
static void
skip_item(struct span *s, struct state *st)
{
	struct span word, value, rest;
	size_t i;

	if (take_string(s, &value))
		return;
	if (!take_word(s, &word)) {
		*s = span_skip(*s, 1);
		return;
	}
	for (i = 0; i < word.n; i++)
		if (word.p[i] >= 'a' && word.p[i] <= 'z')
			return; /* no name of an item */
	rest = *s;
	take_blanks(&rest);
	if (st->torn || rest.n == 0 || memchr("(\"{", rest.p[0], 3) == NULL)
		return;
	if (take_value(&rest, &value))
		*s = rest;
	else
		st->torn = true;
}

static void
read_item(struct span *s, struct fetch_answer *a, struct state *st)
{
	struct span rest = *s;

	if (take_text(&rest, "UID ") && take_uid(&rest, a, st))
		*s = rest;
	else if (take_text(&rest, "RFC822.SIZE ") &&
		 take_figure(&rest, &a->size)) {
		a->has_size = true;
		*s = rest;
	} else if ((take_text(&rest, "BODY[") ||
		       take_text(&rest, "BODY.PEEK[")) &&
		   take_section(&rest, a))
		*s = rest;
	else if (take_text(&rest, "INTERNALDATE ") && take_date(&rest, a))
		*s = rest;
	else if (!st->structure && take_text(&rest, "BODYSTRUCTURE ")) {
		st->structure = true; /* once: it may not end */
		*s = rest;
		if (take_value(&rest, &a->bodystructure))
			*s = rest;
	} else if (!st->flags && take_text(s, "FLAGS")) {
		st->flags = true;
		skip_flags(s);
	} else
		skip_item(s, st);
}

void
fetch_answer_read(struct span s, struct fetch_answer *a)
{
	struct state st = { 0 };

	*a = (struct fetch_answer){ 0 };
	take_text(&s, "*");
	take_blanks(&s);
	if (!take_number(&s, &a->number))
		return;
	take_blanks(&s);
	take_text(&s, "FETCH");
	while (s.n > 0)
		if (memchr(" \t\r\n()", s.p[0], 6) != NULL)
			s = span_skip(s, 1);
		else
			read_item(&s, a, &st);
	if (st.odd)
		a->uid = a->number = 0;
}

const struct span *
fetch_answer_section(const struct fetch_answer *a, const char *name)
{
	const struct span *found = NULL;
	struct span own;
	size_t i;

	for (i = 0; i < a->n; i++) {
		own = a->section[i].name;
		own.n = span_find(own, " ");
		if (!span_is_nocase(own, name))
			continue;
		if (found != NULL)
			return NULL;
		found = &a->section[i].bytes;
	}
	return found;
}

bool
fetch_answer_date(const struct fetch_answer *a, int64_t *t)
{
	struct span s = a->internaldate;
	struct span zone = span_skip(s, s.n > 4 ? s.n - 4 : 0);
	char text[DATE_TEXT];
	uint32_t hhmm;
	size_t i;

	if (s.n >= sizeof text || !take_number(&zone, &hhmm) || zone.n > 0 ||
	    hhmm > ZONE_MAX)
		return false;
	/* but for the dashes it is the date of a header */
	for (i = 0; i < s.n; i++)
		text[i] = i < 8 && s.p[i] == '-' ? ' ' : s.p[i];
	return utc_parse_mail((struct span){ text, s.n }, t) == 0;
}

int
fetch_next(struct imap *im, struct fetch_reader *r, struct fetch_answer *a,
    struct fault *f)
{
	int rc = session_next_answer(im, &r->bytes, f);

	if (rc != 1)
		return rc;
	fetch_answer_read(buf_span(&r->bytes), a);
	if (a->uid != 0) {
		r->uid = a->uid;
		r->number = a->number;
	} else if (a->number != 0 && a->number == r->number) {
		a->uid = r->uid;
	}
	return 1;
}
