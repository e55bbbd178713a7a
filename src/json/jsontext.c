#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "json/jsonlex.h"
#include "json/jsonnames.h"
#include "json/jsontext.h"

enum {
	FIRST_FRAMES = 8,
	FIRST_NODES = 64
};

#define NO_NODE UINT32_MAX

/* What may come next. */
enum expect {
	EXPECT_VALUE,
	EXPECT_ELEMENT,
	EXPECT_ELEMENT_OR_END, /* an array has just begun */
	EXPECT_NAME,
	EXPECT_NAME_OR_END, /* an object has just begun */
	EXPECT_COMMA_OR_END,
	EXPECT_NOTHING
};

/* An object or array that is open. */
struct frame {
	const struct jsontext_shape *shape; /* NULL: it is not recorded */
	size_t elements;		    /* that are recorded of an array */
	size_t count;			    /* names of an object */
	uint64_t seen;		     /* those that have a shape, by member */
	struct jsonnames_mark names; /* the others */
	uint32_t node;		     /* or NO_NODE */
	bool is_object;
};

struct scan {
	struct jsonlex lex;
	enum expect expect;
	struct frame *frame;
	size_t n, cap; /* of the frames */
	size_t depth;
	/* of the value that comes, or of the array that it is an element of;
	   NULL: it is not recorded */
	const struct jsontext_shape *shape;
	bool is_element;
	size_t taken[JSONTEXT_MEMBERS]; /* elements recorded so far */
	struct jsonnames names;
	struct jsontext *out;
};

/* Record the value that begins at `p`; it ends where it began for now. */
static uint32_t
record(struct scan *s, enum jsontext_type type)
{
	struct jsontext *out = s->out;
	struct jsontext_node *n;

	if (s->shape == NULL)
		return NO_NODE;
	if (out->n == out->cap) {
		out->cap = out->cap > 0 ? out->cap * 2 : FIRST_NODES;
		out->node =
		    xreallocarray(out->node, out->cap, sizeof *out->node);
	}
	n = &out->node[out->n];
	*n = (struct jsontext_node){ .at = (uint32_t)(s->lex.p - s->lex.begin),
		.next = (uint32_t)out->n + 1,
		.member = (uint8_t)s->shape->member,
		.type = (uint8_t)type };
	return (uint32_t)out->n++;
}

static void
record_end(struct scan *s, uint32_t node)
{
	struct jsontext_node *n;

	if (node == NO_NODE)
		return;
	n = &s->out->node[node];
	n->len = (uint32_t)(s->lex.p - s->lex.begin) - n->at;
	n->next = (uint32_t)s->out->n;
}

static int
open_container(struct scan *s, bool is_object)
{
	struct frame *f;

	if (s->n == s->depth)
		return jsonlex_refuse(
		    &s->lex, s->lex.p, CODE_JSON_TOO_DEEP, "nested too deep");
	if (s->n == s->cap) {
		s->cap = s->cap > 0 ? s->cap * 2 : FIRST_FRAMES;
		s->frame = xreallocarray(s->frame, s->cap, sizeof *s->frame);
	}
	f = &s->frame[s->n++];
	*f = (struct frame){ .shape = s->shape,
		.node = record(s, is_object ? JSONTEXT_OBJECT : JSONTEXT_ARRAY),
		.is_object = is_object,
		.names = jsonnames_mark(&s->names) };
	if (s->shape != NULL && !s->is_element)
		f->elements = s->shape->elements;
	s->lex.p++;
	s->expect = is_object ? EXPECT_NAME_OR_END : EXPECT_ELEMENT_OR_END;
	return 0;
}

/* After a value: what encloses it goes on, or the text is at its end. */
static void
value_done(struct scan *s)
{
	s->expect = s->n > 0 ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
}

static void
close_container(struct scan *s)
{
	struct frame *f = &s->frame[--s->n];

	s->lex.p++;
	record_end(s, f->node);
	jsonnames_drop(&s->names, f->names);
	value_done(s);
}

static int
scalar(struct scan *s)
{
	char c = *s->lex.p;
	uint32_t node;
	int rc;

	if (c == '"') {
		node = record(s, JSONTEXT_STRING);
		rc = jsonlex_string(&s->lex);
		if (node != NO_NODE) {
			s->out->node[node].escaped = s->lex.escaped;
			s->out->node[node].wide = s->lex.wide;
		}
	} else if (c == 't' || c == 'f') {
		node = record(s, JSONTEXT_BOOLEAN);
		rc = jsonlex_literal(&s->lex, c == 't' ? "true" : "false");
	} else if (c == 'n') {
		node = record(s, JSONTEXT_NULL);
		rc = jsonlex_literal(&s->lex, "null");
	} else {
		node = record(s, JSONTEXT_NUMBER);
		rc = jsonlex_number(&s->lex);
	}
	record_end(s, node);
	value_done(s);
	return rc;
}

static int
value(struct scan *s)
{
	if (*s->lex.p == '{' || *s->lex.p == '[')
		return open_container(s, *s->lex.p == '{');
	return scalar(s);
}

/* A value in the array that is open: whether it is recorded, and how. */
static int
element(struct scan *s)
{
	const struct frame *f = &s->frame[s->n - 1];

	s->is_element = true;
	s->shape = f->shape;
	if (f->shape == NULL)
		return value(s);
	if (s->taken[f->shape->member] < f->elements) {
		s->taken[f->shape->member]++;
	} else {
		s->out->node[f->node].cut = true;
		s->shape = NULL;
	}
	return value(s);
}

/* How the member `name` of the open object is recorded; NULL: not at all. */
static const struct jsontext_shape *
find_shape(const struct frame *f, struct span name)
{
	const struct jsontext_shape *m =
	    f->shape != NULL ? f->shape->inside : NULL;

	if (m == NULL)
		return NULL;
	for (; m->name.n > 0; m++)
		if (m->name.n == name.n &&
		    memcmp(m->name.p, name.p, name.n) == 0)
			return m;
	return NULL;
}

/*
 * A name that is new in the open object; its shape is that of the value.  Of
 * names that have one a bit tells whether they stood there before.
 */
static bool
add_name(struct scan *s, struct frame *f, struct span raw, bool escaped)
{
	struct span text = raw;
	uint64_t bit;

	if (escaped && !jsonnames_add(&s->names, f->names, raw, true, &text))
		return false;
	s->is_element = false;
	s->shape = find_shape(f, text);
	if (s->shape == NULL)
		return escaped ||
		       jsonnames_add(&s->names, f->names, raw, false, &text);
	bit = (uint64_t)1 << s->shape->member;
	if (f->seen & bit)
		return false;
	f->seen |= bit;
	return true;
}

/* A member's name and the colon after it. */
static int
name(struct scan *s)
{
	struct frame *f = &s->frame[s->n - 1];
	const char *at = s->lex.p;
	struct span raw;

	if (*s->lex.p != '"')
		return jsonlex_refuse_syntax(
		    &s->lex, s->lex.p, "no name where one is due");
	if (jsonlex_string(&s->lex) == -1)
		return -1;
	if (++f->count > JSONTEXT_NAMES)
		return jsonlex_refuse(&s->lex, at, CODE_JSON_TOO_MANY_NAMES,
		    "too many names in an object");
	raw = (struct span){ at + 1, (size_t)(s->lex.p - at) - 2 };
	if (!add_name(s, f, raw, s->lex.escaped))
		return jsonlex_refuse(&s->lex, at, CODE_JSON_DUPLICATE_KEY,
		    "a name for the second time");
	jsonlex_blanks(&s->lex);
	if (!jsonlex_take(&s->lex, ':'))
		return jsonlex_refuse_syntax(
		    &s->lex, s->lex.p, "no colon after a name");
	s->expect = EXPECT_VALUE;
	return 0;
}

static int
comma_or_end(struct scan *s)
{
	bool is_object = s->frame[s->n - 1].is_object;

	if (*s->lex.p == (is_object ? '}' : ']')) {
		close_container(s);
		return 0;
	}
	if (!jsonlex_take(&s->lex, ','))
		return jsonlex_refuse_syntax(
		    &s->lex, s->lex.p, "no comma where one is due");
	s->expect = is_object ? EXPECT_NAME : EXPECT_ELEMENT;
	return 0;
}

/* The next thing of the grammar, behind blanks. */
static int
step(struct scan *s)
{
	jsonlex_blanks(&s->lex);
	if (s->lex.p == s->lex.end)
		return jsonlex_refuse_syntax(&s->lex, s->lex.p, "");
	switch (s->expect) {
	case EXPECT_VALUE:
		return value(s);
	case EXPECT_ELEMENT_OR_END:
		if (*s->lex.p != ']')
			return element(s);
		close_container(s);
		return 0;
	case EXPECT_ELEMENT:
		return element(s);
	case EXPECT_NAME_OR_END:
		if (*s->lex.p != '}')
			return name(s);
		close_container(s);
		return 0;
	case EXPECT_NAME:
		return name(s);
	default:
		return comma_or_end(s);
	}
}

/* UTF-16 and UTF-32 show by their NULs, since JSON begins with ASCII. */
static bool
is_wide_encoding(struct span t)
{
	if (t.n < 4 || (t.p[0] != '\0' && t.p[1] != '\0'))
		return false;
	if (t.p[0] != '\0')
		return t.p[3] == '\0';
	return t.p[2] == '\0' && (t.p[1] != '\0' || t.p[3] != '\0');
}

/* The first byte that is not of UTF-8, or NULL. */
static const char *
first_not_utf8(const char *p, const char *end)
{
	unsigned cp;
	size_t len;

	for (; p < end; p += len) {
		len = 1;
		if ((unsigned char)*p >= 0x80)
			len = text_utf8(p, (size_t)(end - p), &cp);
		if (len == 0)
			return p;
	}
	return NULL;
}

/* The value and what surrounds it. */
static int
whole(struct scan *s)
{
	while (s->expect != EXPECT_NOTHING)
		if (step(s) == -1)
			return -1;
	jsonlex_blanks(&s->lex);
	if (s->lex.p < s->lex.end)
		return jsonlex_refuse(&s->lex, s->lex.p,
		    CODE_JSON_TRAILING_DATA,
		    "more after the end of the report");
	return 0;
}

/* A fault of the grammar yields to one of the encoding, wherever that is. */
static int
prefer_encoding(struct scan *s)
{
	const char *bad = first_not_utf8(s->lex.begin, s->lex.end);

	if (bad != NULL)
		return jsonlex_refuse(
		    &s->lex, bad, CODE_JSON_ENCODING, "not UTF-8");
	return -1;
}

int
jsontext_scan(struct span text, unsigned depth,
    const struct jsontext_shape *shape, struct jsontext *out,
    struct jsontext_fault *fault)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct scan s = { .lex = { .begin = text.p,
			      .p = text.p,
			      .end = text.p + text.n,
			      .fault = fault },
		.depth = depth,
		.shape = shape,
		.names = { .text = text.p },
		.out = out };
	int rc = -1;

	out->text = text;
	out->n = 0;
	out->bom = text.n >= 3 && memcmp(text.p, mark, 3) == 0;
	if (out->bom)
		s.lex.p += 3;
	jsonlex_blanks(&s.lex);
	if (s.lex.p == s.lex.end)
		return jsonlex_refuse(
		    &s.lex, s.lex.p, CODE_JSON_EMPTY, "nothing but blanks");
	if (is_wide_encoding(text))
		return jsonlex_refuse(
		    &s.lex, s.lex.p, CODE_JSON_ENCODING, "UTF-16 or UTF-32");
	if ((rc = whole(&s)) == -1)
		prefer_encoding(&s);
	jsonnames_free(&s.names);
	free(s.frame);
	return rc;
}
