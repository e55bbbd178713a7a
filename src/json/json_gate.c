#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/span.h"
#include "base/utf8.h"
#include "codes/codes.h"
#include "json/json_gate.h"
#include "json/json_names.h"
#include "json/json_piece.h"
#include "json/json_token.h"

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

/* What an object or array is to the piece that it stands in. */
enum role {
	ROLE_PIECE,   /* it is the piece */
	ROLE_READ,    /* json-c gets it with its content */
	ROLE_PIECES,  /* an array of pieces; json-c gets it empty */
	ROLE_EMPTIED, /* json-c gets it empty */
	ROLE_IGNORED  /* json-c does not get it */
};

/* An object or array that is open. */
struct frame {
	enum role role;
	bool is_object;
	bool cut;	 /* an array of which json-c gets only the beginning */
	unsigned level;	 /* of the piece that it stands in */
	unsigned depth;	 /* in that piece, from 1 */
	size_t piece;	 /* number of that piece */
	size_t edit;	 /* number of its own edit, if it has one */
	size_t elements; /* in a piece: those of all arrays in it */
	size_t count;	 /* names of an object */
	struct json_names_of names;
};

struct scan {
	struct json_tokens t;
	enum expect expect;
	struct frame *frame;
	size_t n, room;	   /* of the frames */
	size_t depth;	   /* how many there may be */
	struct span name;  /* of the member whose value comes next */
	const char *comma; /* the last one */
	const struct json_level *level;
	size_t n_levels;
	size_t taken[JSON_LEVELS]; /* pieces of each level so far */
	struct json_names names;
	struct json_pieces *out;
};

static bool
is_among(const char *const *names, struct span name)
{
	for (; *names != NULL; names++)
		if (span_is(name, *names))
			return true;
	return false;
}

/* The role of an object or array that begins inside of `in`. */
static enum role
role_inside(const struct scan *s, const struct frame *in, bool is_object)
{
	unsigned below = in->level + 1;

	if (in->role == ROLE_EMPTIED || in->role == ROLE_IGNORED || in->cut)
		return ROLE_IGNORED;
	if (!in->is_object)
		return ROLE_EMPTIED;
	if (in->role == ROLE_PIECE && !is_object && below < s->n_levels &&
	    span_is(s->name, s->level[below].array))
		return ROLE_PIECES;
	if (in->depth < JSON_PIECE_DEPTH &&
	    is_among(s->level[in->level].read, s->name))
		return ROLE_READ;
	return ROLE_EMPTIED;
}

/* Begin a piece at the next byte; false when its level has too many. */
static bool
begin_piece(struct scan *s, unsigned level)
{
	if (s->taken[level] == s->level[level].max) {
		if (s->n > 0)
			s->out->piece[s->frame[s->n - 1].piece].too_many = true;
		return false;
	}
	s->taken[level]++;
	json_pieces_add(s->out, s->t.p);
	return true;
}

static void
end_piece(struct scan *s, size_t piece)
{
	struct json_piece *p = &s->out->piece[piece];

	p->len = (uint32_t)(s->t.p - s->t.begin) - p->at;
	p->next = (uint32_t)s->out->n;
}

/* The level of the piece that a value at this place is; none: n_levels. */
static size_t
piece_level(const struct scan *s)
{
	if (s->n == 0)
		return 0;
	if (s->frame[s->n - 1].role == ROLE_PIECES)
		return s->frame[s->n - 1].level + 1;
	return s->n_levels;
}

/* Fill in what the object or array that begins here is to its piece. */
static void
place(struct scan *s, struct frame *f, bool is_object)
{
	const struct frame *in;
	size_t level = piece_level(s);

	*f = (struct frame){ .is_object = is_object,
		.names = json_names_begin(&s->names) };
	if (level < s->n_levels) {
		f->role =
		    begin_piece(s, (unsigned)level) ? ROLE_PIECE : ROLE_IGNORED;
		f->level = (unsigned)level;
		f->depth = 1;
		f->piece = s->out->n - 1;
		return;
	}
	in = &s->frame[s->n - 1]; /* what is outermost begins a piece */
	f->role = role_inside(s, in, is_object);
	f->level = in->level;
	f->depth = in->depth + 1;
	f->piece = in->piece;
	if (f->role == ROLE_PIECES || f->role == ROLE_EMPTIED) {
		f->edit = s->out->n_edits;
		json_pieces_edit(
		    s->out, s->t.p, span_of(is_object ? "{}" : "[]"));
	}
}

static int
open_container(struct scan *s, bool is_object)
{
	struct frame f;

	if (s->n == s->depth)
		return json_refuse(
		    &s->t, s->t.p, CODE_JSON_TOO_DEEP, "nested too deep");
	place(s, &f, is_object);
	s->frame = xgrow(s->frame, s->n, &s->room, sizeof *s->frame);
	s->frame[s->n++] = f;
	s->t.p++;
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
end_edit(struct scan *s, size_t edit, const char *end)
{
	struct json_edit *e = &s->out->edit[edit];

	e->len = (uint32_t)(end - s->t.begin) - e->at;
}

static void
close_container(struct scan *s)
{
	struct frame *f = &s->frame[--s->n];

	if (f->cut)
		end_edit(s, f->edit, s->t.p);
	s->t.p++;
	if (f->role == ROLE_PIECE)
		end_piece(s, f->piece);
	else if (f->role == ROLE_PIECES || f->role == ROLE_EMPTIED)
		end_edit(s, f->edit, s->t.p);
	json_names_end(&s->names, &f->names);
	value_done(s);
}

/* A string, be it a name or a value. */
static int
string(struct scan *s)
{
	const struct frame *f = s->n > 0 ? &s->frame[s->n - 1] : NULL;

	if (json_token_string(&s->t) == -1)
		return -1;
	if (s->t.cut && f != NULL &&
	    (f->role == ROLE_PIECE || f->role == ROLE_READ))
		s->out->piece[f->piece].cut = true;
	return 0;
}

static int
scalar(struct scan *s)
{
	char c = *s->t.p;

	if (c == '"')
		return string(s);
	if (c == 't' || c == 'f')
		return json_token_literal(&s->t, c == 't' ? "true" : "false");
	if (c == 'n')
		return json_token_literal(&s->t, "null");
	return json_token_number(&s->t);
}

static int
value(struct scan *s)
{
	size_t level, piece;
	bool is_piece;

	if (*s->t.p == '{' || *s->t.p == '[')
		return open_container(s, *s->t.p == '{');
	level = piece_level(s);
	is_piece = level < s->n_levels && begin_piece(s, (unsigned)level);
	piece = s->out->n - 1;
	if (scalar(s) == -1)
		return -1;
	if (is_piece)
		end_piece(s, piece);
	value_done(s);
	return 0;
}

/* Of an array with too many elements json-c gets only the first. */
static void
count_element(struct scan *s)
{
	struct frame *f = &s->frame[s->n - 1];
	struct frame *piece = f - (f->depth - 1);

	if (f->cut || ++piece->elements <= JSON_PIECE_ELEMENTS)
		return;
	f->cut = true;
	f->edit = s->out->n_edits;
	json_pieces_edit(s->out,
	    s->expect == EXPECT_ELEMENT ? s->comma : s->t.p, span_of(""));
	s->out->piece[f->piece].cut = true;
}

static int
element(struct scan *s)
{
	if (s->frame[s->n - 1].role == ROLE_READ)
		count_element(s);
	return value(s);
}

/* A member's name and the colon after it. */
static int
name(struct scan *s)
{
	struct frame *f = &s->frame[s->n - 1];
	const char *at = s->t.p;
	struct span raw;

	if (*s->t.p != '"')
		return json_refuse_syntax(
		    &s->t, s->t.p, "no name where one is due");
	if (string(s) == -1)
		return -1;
	if (++f->count > JSON_NAMES)
		return json_refuse(&s->t, at, CODE_JSON_TOO_MANY_NAMES,
		    "too many names in an object");
	raw = (struct span){ at + 1, (size_t)(s->t.p - at) - 2 };
	if (!json_names_add(&s->names, &f->names, raw, s->t.escaped, &s->name))
		return json_refuse(&s->t, at, CODE_JSON_DUPLICATE_KEY,
		    "a name for the second time");
	json_skip_blanks(&s->t);
	if (!json_take(&s->t, ':'))
		return json_refuse_syntax(
		    &s->t, s->t.p, "no colon after a name");
	s->expect = EXPECT_VALUE;
	return 0;
}

static int
comma_or_end(struct scan *s)
{
	bool is_object = s->frame[s->n - 1].is_object;

	if (*s->t.p == (is_object ? '}' : ']')) {
		close_container(s);
		return 0;
	}
	s->comma = s->t.p;
	if (!json_take(&s->t, ','))
		return json_refuse_syntax(
		    &s->t, s->t.p, "no comma where one is due");
	s->expect = is_object ? EXPECT_NAME : EXPECT_ELEMENT;
	return 0;
}

/* The next thing of the grammar, behind blanks. */
static int
step(struct scan *s)
{
	json_skip_blanks(&s->t);
	if (s->t.p == s->t.end)
		return json_refuse_syntax(&s->t, s->t.p, "");
	switch (s->expect) {
	case EXPECT_VALUE:
		return value(s);
	case EXPECT_ELEMENT_OR_END:
		if (*s->t.p != ']')
			return element(s);
		close_container(s);
		return 0;
	case EXPECT_ELEMENT:
		return element(s);
	case EXPECT_NAME_OR_END:
		if (*s->t.p != '}')
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
	json_skip_blanks(&s->t);
	if (s->t.p < s->t.end)
		return json_refuse(&s->t, s->t.p, CODE_JSON_TRAILING_DATA,
		    "more after the end of the report");
	return 0;
}

/* A fault of the grammar yields to one of the encoding, wherever that is. */
static int
prefer_encoding(struct scan *s)
{
	const char *bad = first_not_utf8(s->t.begin, s->t.end);

	if (bad != NULL)
		return json_refuse(&s->t, bad, CODE_JSON_ENCODING, "not UTF-8");
	return -1;
}

int
json_gate(struct span text, unsigned depth, const struct json_level *levels,
    size_t n_levels, struct json_pieces *out, struct json_fault *fault)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct scan s = { .t = { .begin = text.p,
			      .p = text.p,
			      .end = text.p + text.n,
			      .pieces = out,
			      .fault = fault },
		.depth = depth,
		.level = levels,
		.n_levels = n_levels,
		.names = { .text = text.p },
		.out = out };
	int rc = -1;

	out->text = text;
	out->n = out->n_edits = 0;
	out->bom = text.n >= 3 && memcmp(text.p, mark, 3) == 0;
	if (out->bom)
		s.t.p += 3;
	json_skip_blanks(&s.t);
	if (s.t.p == s.t.end)
		return json_refuse(
		    &s.t, s.t.p, CODE_JSON_EMPTY, "nothing but blanks");
	if (is_wide_encoding(text))
		return json_refuse(
		    &s.t, s.t.p, CODE_JSON_ENCODING, "UTF-16 or UTF-32");
	if ((rc = whole(&s)) == -1)
		prefer_encoding(&s);
	json_names_free(&s.names);
	free(s.frame);
	return rc;
}

void
json_place(struct span text, size_t offset, size_t *line, size_t *column)
{
	size_t i;

	*line = *column = 1;
	for (i = 0; i < offset && i < text.n; i++) {
		if (text.p[i] == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)text.p[i] & 0xc0) != 0x80) {
			++*column;
		}
	}
}
