#include <stdio.h>
#include <string.h>

#include "imap/bodystructure.h"

enum {
	DEPTH_MAX = 6 /* of multiparts, which are read by recursion */
};

/* Where the reader is; `bad` once something was not as it should be. */
struct reader {
	struct span rest;
	bool bad;
};

static bool
is_at(const struct reader *r, char c)
{
	return r->rest.n > 0 && r->rest.p[0] == c;
}

static bool
take(struct reader *r, char c)
{
	if (!is_at(r, c))
		return false;
	r->rest = span_skip(r->rest, 1);
	return true;
}

static void
expect(struct reader *r, char c)
{
	r->bad |= !take(r, c);
}

static void
skip_blanks(struct reader *r)
{
	while (take(r, ' '))
		continue;
}

/* Up to a blank or bracket, and what is in square ones. */
static struct span
take_atom(struct reader *r)
{
	struct span s = { r->rest.p, 0 };
	bool inside = false;

	for (; s.n < r->rest.n; s.n++) {
		char c = r->rest.p[s.n];

		if (!inside && strchr(" ()\"\r\n", c) != NULL)
			break;
		inside = (inside || c == '[') && c != ']';
	}
	r->rest = span_skip(r->rest, s.n);
	r->bad |= s.n == 0;
	return s;
}

/* Digits. */
static uint64_t
take_number(struct reader *r)
{
	uint64_t v = 0;
	size_t n = 0;

	for (; n < r->rest.n && r->rest.p[n] >= '0' && r->rest.p[n] <= '9' &&
	       v <= UINT32_MAX;
	     n++)
		v = v * 10 + (unsigned char)(r->rest.p[n] - '0');
	r->bad |= n == 0 || v > UINT32_MAX;
	r->rest = span_skip(r->rest, n);
	return v;
}

/* "{12}", the line end and the bytes. */
static struct span
take_literal(struct reader *r)
{
	struct span s = { r->rest.p, 0 };
	uint64_t n;

	expect(r, '{');
	n = take_number(r);
	expect(r, '}');
	take(r, '\r');
	expect(r, '\n');
	r->bad |= n > r->rest.n;
	if (r->bad)
		return s;
	s = (struct span){ r->rest.p, (size_t)n };
	r->rest = span_skip(r->rest, s.n);
	return s;
}

/* A string, its escapes as they are; NIL and other atoms as they stand. */
static struct span
take_string(struct reader *r)
{
	struct span s = { r->rest.p, 0 };

	if (is_at(r, '{'))
		return take_literal(r);
	if (!take(r, '"'))
		return take_atom(r);
	s.p = r->rest.p;
	for (; s.n < r->rest.n && s.p[s.n] != '"'; s.n++)
		if (s.p[s.n] == '\\')
			s.n++;
	if (s.n > r->rest.n)
		s.n = r->rest.n;
	r->rest = span_skip(r->rest, s.n);
	expect(r, '"');
	return s;
}

/* A value of any kind, as it stands. */
static struct span
take_value(struct reader *r)
{
	struct span s = r->rest;
	size_t open = 0;

	do {
		skip_blanks(r);
		if (take(r, '('))
			open++;
		else if (open > 0 && take(r, ')'))
			open--;
		else
			take_string(r);
	} while (open > 0 && !r->bad);
	s.n -= r->rest.n;
	return s;
}

/* The rest of a list that was begun. */
static void
skip_rest(struct reader *r)
{
	skip_blanks(r);
	while (!r->bad && !take(r, ')')) {
		take_value(r);
		skip_blanks(r);
	}
}

static void
read_leaf(struct reader *r, struct structure *st, const char *section)
{
	struct span type = take_string(r);
	size_t i;

	st->is_plain &= !span_is_nocase(type, "message") &&
			!span_is_nocase(type, "multipart") &&
			st->n < MESSAGE_PARTS;
	/* subtype, parameters, id, description, encoding */
	for (i = 0; i < 5; i++) {
		skip_blanks(r);
		take_value(r);
	}
	skip_blanks(r);
	if (st->n < MESSAGE_PARTS) {
		snprintf(st->part[st->n].section, sizeof st->part->section,
		    "%s", section[0] != '\0' ? section : "1");
		st->part[st->n++].size = take_number(r);
	}
	skip_rest(r);
}

static void
read_body(
    struct reader *r, struct structure *st, const char *section, unsigned depth)
{
	char inner[sizeof st->part->section];
	unsigned i;

	expect(r, '(');
	if (!is_at(r, '(')) {
		read_leaf(r, st, section);
		return;
	}
	st->is_multipart |= depth == 0;
	st->is_plain &= depth < DEPTH_MAX;
	for (i = 1; is_at(r, '(') && !r->bad && st->is_plain; i++) {
		st->is_plain &=
		    snprintf(inner, sizeof inner, "%s%s%u", section,
			depth > 0 ? "." : "", i) < (int)sizeof inner;
		read_body(r, st, inner, depth + 1);
		skip_blanks(r);
	}
	skip_rest(r);
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

static void
read_structure(struct span value, struct structure *st)
{
	struct reader r = { value, false };

	st->n = 0;
	memset(st->has_body, 0, sizeof st->has_body);
	st->is_multipart = false;
	st->is_plain = !is_telling(value);
	if (st->is_plain)
		read_body(&r, st, "", 0);
	st->is_plain &= !r.bad && st->n > 0;
}

/* "BODY[1.2]<0>" */
static void
read_section(struct span name, struct reader *r, struct structure *st)
{
	struct span section = span_skip(name, strlen("BODY["));
	struct reader value;
	size_t i;

	section.n = span_find(section, "]");
	value.bad = false;
	value.rest = take_value(r);
	if (span_is_nocase(value.rest, "NIL"))
		return;
	skip_blanks(&value);
	if (span_is_nocase(section, "HEADER")) {
		st->has_header = true;
		st->header = take_string(&value);
	}
	for (i = 0; i < st->n; i++)
		if (span_is(section, st->part[i].section)) {
			st->has_body[i] = true;
			st->body[i] = take_string(&value);
		}
}

static void
read_items(struct reader *r, struct structure *st)
{
	struct span name;

	for (skip_blanks(r); !r->bad && !take(r, ')'); skip_blanks(r)) {
		name = take_atom(r);
		skip_blanks(r);
		if (span_is_nocase(name, "UID"))
			st->uid = (uint32_t)take_number(r);
		else if (span_is_nocase(name, "BODYSTRUCTURE"))
			read_structure(take_value(r), st);
		else if (span_is_nocase(name, "INTERNALDATE"))
			st->date = take_string(r);
		else if (span_begins_nocase(name, "BODY["))
			read_section(name, r, st);
		else
			take_value(r);
	}
}

void
structure_read(struct span fetch, struct structure *st)
{
	struct reader r = { fetch, false };

	st->uid = 0;
	expect(&r, '*');
	skip_blanks(&r);
	take_number(&r);
	skip_blanks(&r);
	r.bad |= !span_is_nocase(take_atom(&r), "FETCH");
	skip_blanks(&r);
	expect(&r, '(');
	if (!r.bad)
		read_items(&r, st);
	if (r.bad)
		st->uid = 0;
}
