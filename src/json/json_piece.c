#include <errno.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "json/json_gate.h"
#include "json/json_piece.h"

struct json_piece *
json_pieces_add(struct json_pieces *ps, const char *at)
{
	struct json_piece *p;

	ps->piece = xgrow(ps->piece, ps->n, &ps->room, sizeof *ps->piece);
	p = &ps->piece[ps->n++];
	*p = (struct json_piece){ .at = (uint32_t)(at - ps->text.p),
		.next = (uint32_t)ps->n,
		.edit = (uint32_t)ps->n_edits };
	return p;
}

struct json_edit *
json_pieces_edit(struct json_pieces *ps, const char *at, struct span with)
{
	struct json_edit *e;

	ps->edit =
	    xgrow(ps->edit, ps->n_edits, &ps->edits_room, sizeof *ps->edit);
	e = &ps->edit[ps->n_edits++];
	*e = (struct json_edit){ .at = (uint32_t)(at - ps->text.p),
		.with_n = (uint8_t)with.n };
	memcpy(e->with, with.p, with.n);
	return e;
}

void
json_pieces_free(struct json_pieces *ps)
{
	free(ps->piece);
	free(ps->edit);
	*ps = (struct json_pieces){ 0 };
}

void
json_reader_init(struct json_reader *r)
{
	/* json-c counts scalars, too */
	r->tokener = json_tokener_new_ex(JSON_PIECE_DEPTH + 1);
	if (r->tokener == NULL)
		out_of_memory();
	r->text = (struct buf){ .max = INT_MAX };
}

void
json_reader_free(struct json_reader *r)
{
	json_tokener_free(r->tokener);
	buf_free(&r->text);
}

struct span
json_piece_text(const struct json_pieces *ps, size_t i)
{
	return (struct span){ ps->text.p + ps->piece[i].at, ps->piece[i].len };
}

bool
json_piece_is_object(const struct json_pieces *ps, size_t i)
{
	return ps->text.p[ps->piece[i].at] == '{';
}

bool
json_piece_is_null(const struct json_pieces *ps, size_t i)
{
	return ps->text.p[ps->piece[i].at] == 'n';
}

static void
append(struct buf *b, const char *p, size_t n)
{
	if (buf_append(b, p, n) == -1)
		out_of_memory();
}

/* The text of a piece with its edits made; edits inside of edits are lost. */
static struct span
edited(struct json_reader *r, const struct json_pieces *ps, size_t i)
{
	const struct json_piece *p = &ps->piece[i];
	size_t done = p->at, end = done + p->len, edit = p->edit;
	const struct json_edit *e;

	if (edit == ps->n_edits || ps->edit[edit].at >= end)
		return json_piece_text(ps, i);
	buf_reset(&r->text);
	for (; edit < ps->n_edits && ps->edit[edit].at < end; edit++) {
		e = &ps->edit[edit];
		if (e->at < done)
			continue;
		append(&r->text, ps->text.p + done, e->at - done);
		append(&r->text, e->with, e->with_n);
		done = e->at + (size_t)e->len;
	}
	append(&r->text, ps->text.p + done, end - done);
	return buf_span(&r->text);
}

struct json_object *
json_piece_read(struct json_reader *r, const struct json_pieces *ps, size_t i)
{
	struct span text = edited(r, ps, i);
	struct json_object *o;

	json_tokener_reset(r->tokener);
	errno = 0;
	o = json_tokener_parse_ex(r->tokener, text.p, (int)text.n);
	/* The text was checked: nothing else is left.  json-c 0.16 overlooks
	 * that a string could not grow, and leaves a piece of it out. */
	if (o == NULL || errno == ENOMEM)
		out_of_memory();
	return o;
}
