#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "mime/header_field.h"
#include "mime/mail_header.h"
#include "mime/mime.h"
#include "mime/parameter.h"
#include "mime/part_header.h"
#include "mime/transfer_encoding.h"
#include "model/limits.h"

/*
 * Where in the tree an entity stands.  An entity is a mail or a part of one:
 * what has a header and a body (RFC 2045 §2.4).
 */
struct place {
	unsigned depth;
	bool forwarded, in_report;
	bool digest;	    /* in a multipart/digest (RFC 2046 §5.1.5) */
	struct span around; /* header block of the innermost mail */
	struct span mail;   /* all of that */
};

/* An open multipart. */
struct level {
	struct span boundary;
	struct part_header entity;
	struct place own, parts; /* where it is, where its parts are */
	size_t begin;		 /* of its body */
	bool seen;		 /* its boundary has occurred so far */
};

enum step {
	STEP_ENTITY,  /* a header block was read: see what it begins */
	STEP_BETWEEN, /* an entity has ended: find the next delimiter */
	STEP_INNER,   /* walk the mail that had a transfer encoding */
	STEP_END
};

struct mime {
	struct span mail;
	size_t pos;
	char eol;
	const struct limits *limits;
	struct arena *arena;

	enum step step;
	struct place place;  /* of the entity that begins */
	struct head head;    /* its header */
	bool at_mail;	     /* it is a mail, not a part */
	unsigned parts;	     /* begun so far, in all multiparts */
	struct level *level; /* the open multiparts, outermost first */
	size_t n, cap;	     /* levels */
	struct mime *inner;  /* walk of a mail that was decoded; or NULL */
	bool is_inner;	     /* this is such a walk */
};

enum {
	MORE = 2 /* a step found no leaf yet; mime_next() does not return it */
};

/* A delimiter line (RFC 2046 §5.1.1). */
struct delimiter {
	size_t line, after; /* offsets of its line and of the next one */
	size_t level;
	bool closing;
};

static struct span
rest_of(const struct mime *m)
{
	return span_skip(m->mail, m->pos);
}

/* Whether `line` is "--boundary", or that and "--", before blanks alone. */
static bool
is_delimiter(struct span line, struct span boundary, bool *closing)
{
	struct span rest = span_skip(line, 2);

	if (rest.n < boundary.n || memcmp(rest.p, boundary.p, boundary.n) != 0)
		return false;
	rest = span_skip(rest, boundary.n);
	*closing = rest.n >= 2 && rest.p[0] == '-' && rest.p[1] == '-';
	if (*closing)
		rest = span_skip(rest, 2);
	return span_trim(rest).n == 0;
}

static bool
match_levels(const struct mime *m, struct span line, struct delimiter *d)
{
	size_t i;

	for (i = m->n; i-- > 0;)
		if (m->level[i].boundary.n > 0 &&
		    is_delimiter(line, m->level[i].boundary, &d->closing)) {
			d->level = i;
			d->line = (size_t)(line.p - m->mail.p);
			d->after = d->line + line.n;
			return true;
		}
	return false;
}

/* Whether a line delimits an open multipart.  Few lines begin with "--". */
static bool
match_line(const struct mime *m, struct span line, struct delimiter *d)
{
	return line.n >= 2 && line.p[0] == '-' && line.p[1] == '-' &&
	       match_levels(m, line, d);
}

static bool
find_delimiter(const struct mime *m, struct delimiter *d)
{
	struct span rest = rest_of(m);

	while (m->n > 0 && rest.n > 0)
		if (match_line(m, field_line(&rest, m->eol), d))
			return true;
	return false;
}

/* From `begin` to where the next delimiter's own line end begins. */
static struct span
body_from(const struct mime *m, size_t begin, size_t end, bool delimited)
{
	struct span body = { m->mail.p + begin, end - begin };

	return delimited ? field_chomp(body, m->eol) : body;
}

/*
 * An entity begins at m->pos: read its header.  A delimiter ends it as well as
 * a blank line, and in a part any line that is no field: there the blank line
 * was forgotten, while in a mail's own header such lines are debris between
 * fields that matter.
 */
static void
begin_entity(struct mime *m)
{
	struct span rest = rest_of(m), next, line, header;
	struct head_walk w;
	struct delimiter d;

	if (m->at_mail)
		rest = field_front(rest, m->eol);
	header = (struct span){ rest.p, 0 };
	head_start(&w, &m->head);
	for (; rest.n > 0; rest = next) {
		next = rest;
		line = field_line(&next, m->eol);
		if (field_is_empty(line, m->eol)) {
			rest = next;
			break;
		}
		if (match_line(m, line, &d) ||
		    (!head_line(&w, line) && !m->at_mail))
			break;
		header.n += line.n;
	}
	head_end(&w, header);
	if (field_eol(header) != m->eol)
		head_read(header, &m->head); /* one line, with CR alone in it */
	m->pos = (size_t)(rest.p - m->mail.p);
	m->step = STEP_ENTITY;
}

static void
fill_part(const struct mime *m, const struct part_header *e,
    const struct place *place, struct span body, struct mime_part *part)
{
	*part = (struct mime_part){
		.body = body,
		.type = e->type,
		.subtype = e->subtype,
		.filename = part_header_filename(e, m->arena),
		.encoding = e->encoding,
		.forwarded = place->forwarded,
		.in_report = place->in_report,
		.depth = place->depth,
		.around = place->around,
		.mail = place->mail,
	};
}

/* Enter a multipart or a mail in a mail: one level deeper. */
static int
go_deeper(struct mime *m, struct findings *fs)
{
	if (m->place.depth >= m->limits->mime_depth)
		return findings_reject(fs, CODE_MIME_TOO_DEEP, "over %u levels",
		    m->limits->mime_depth);
	m->place.depth++;
	m->place.digest = false;
	return 0;
}

static struct level *
push_level(struct mime *m)
{
	m->level = xgrow(m->level, m->n, &m->cap, sizeof *m->level);
	return &m->level[m->n++];
}

static int
enter_multipart(
    struct mime *m, const struct part_header *e, struct findings *fs)
{
	struct place own = m->place;
	struct span charset, boundary;
	const char *type;
	struct level *l;

	boundary = parameter_bytes(e->media, "boundary", m->arena, &charset);
	boundary = span_trim(boundary); /* RFC 2046: no blank at its end */
	if (go_deeper(m, fs) == -1)
		return -1;
	m->place.digest = span_is_nocase(e->subtype, "digest");
	if (span_is_nocase(e->subtype, "report") &&
	    (type = parameter_text(e->media, "report-type", m->arena)) != NULL)
		m->place.in_report |= span_is_nocase(span_of(type), "tlsrpt");
	l = push_level(m);
	*l = (struct level){
		.boundary = boundary,
		.entity = *e,
		.own = own,
		.parts = m->place,
		.begin = m->pos,
	};
	m->step = STEP_BETWEEN;
	return MORE;
}

/* From m->pos to the end of the entity that begins there. */
static struct span
rest_of_entity(const struct mime *m)
{
	struct delimiter d = { .line = m->mail.n };
	bool delimited = find_delimiter(m, &d);

	return body_from(m, m->pos, d.line, delimited);
}

/* The body from m->pos to where the entity ends; m->pos is moved there. */
static struct span
take_body(struct mime *m)
{
	struct delimiter d = { .line = m->mail.n };
	size_t begin = m->pos;
	bool delimited = find_delimiter(m, &d);

	m->pos = d.line;
	m->step = STEP_BETWEEN;
	return body_from(m, begin, d.line, delimited);
}

/*
 * A mail in a mail that has a transfer encoding, against RFC 2046 §5.2.1, as
 * some gateways make it.  Once a mail, so that memory stays bounded.  false
 * when it does not decode.
 */
static bool
enter_encoded(struct mime *m, const struct part_header *e, struct span body)
{
	struct buf room = { .max = body.n };
	struct mime *inner;
	struct span mail;
	size_t left;
	bool bad = false;

	if (body.n == 0)
		return false;
	buf_room(&room, body.n, &left);
	if (e->encoding == MIME_BASE64)
		mail.n = transfer_base64(body, room.data, left, &bad);
	else
		mail.n = transfer_quoted_printable(body, room.data, left);
	mail.p = bad ? NULL : arena_strndup(m->arena, room.data, mail.n);
	buf_free(&room);
	if (bad)
		return false;
	inner = mime_open(mail, m->limits, m->arena);
	inner->place = m->place;
	inner->place.mail = mail;
	inner->parts = m->parts;
	inner->is_inner = true;
	m->inner = inner;
	m->step = STEP_INNER;
	return true;
}

/* A mail in a mail: its header begins here, or in the decoded body. */
static int
enter_mail(struct mime *m, const struct part_header *e, struct findings *fs)
{
	size_t begin = m->pos;

	if (go_deeper(m, fs) == -1)
		return -1;
	m->place.forwarded = true;
	if (part_header_is_encoded(e)) {
		if (enter_encoded(m, e, take_body(m)))
			return MORE;
		m->pos = begin; /* the label is wrong */
	}
	m->at_mail = true;
	m->place.mail = rest_of_entity(m);
	begin_entity(m);
	return MORE;
}

static int
enter(struct mime *m, struct mime_part *part, struct findings *fs)
{
	struct place place = m->place;
	struct part_header e;

	if (m->head.block.n > m->limits->header)
		return findings_reject(fs, CODE_HEADER_TOO_LARGE,
		    "over %llu bytes", (unsigned long long)m->limits->header);
	if (m->at_mail)
		place.around = m->place.around = m->head.block;
	m->at_mail = false;
	part_header_read(&m->head, m->place.digest, &e);
	if (span_is_nocase(e.type, "multipart"))
		return enter_multipart(m, &e, fs);
	if (part_header_is_mail(&e) &&
	    !(m->is_inner && part_header_is_encoded(&e)))
		return enter_mail(m, &e, fs);
	fill_part(m, &e, &place, take_body(m), part);
	return 1;
}

/*
 * The innermost multipart has no boundary, or it did not occur before `end`:
 * hand it over as one leaf, since its parts cannot be told apart.  If the whole
 * mail is such a multipart, it is malformed.
 */
static int
leave_unseen(struct mime *m, size_t end, bool delimited, struct mime_part *part,
    struct findings *fs)
{
	const struct level *l = &m->level[--m->n];

	m->pos = end;
	if (l->own.depth == 0)
		return findings_reject(fs, CODE_MIME_MALFORMED, "%s",
		    l->boundary.n == 0 ? "a multipart without boundary"
				       : "the boundary does not occur");
	fill_part(m, &l->entity, &l->own,
	    body_from(m, l->begin, end, delimited), part);
	return 1;
}

/* On to the next part, or out of the multiparts that end here. */
static int
advance(struct mime *m, struct mime_part *part, struct findings *fs)
{
	struct delimiter d = { .line = m->mail.n };
	bool found = find_delimiter(m, &d);
	struct level *l;

	if (m->n > 0 && !m->level[m->n - 1].seen &&
	    (!found || d.level < m->n - 1))
		return leave_unseen(m, d.line, found, part, fs);
	m->step = STEP_END;
	if (!found)
		return MORE;
	l = &m->level[d.level];
	l->seen = true;
	m->pos = d.after;
	m->n = d.level + (d.closing ? 0 : 1);
	if (d.closing) {
		m->step = m->n > 0 ? STEP_BETWEEN : STEP_END;
		return MORE;
	}
	if (++m->parts > m->limits->parts)
		return findings_reject(fs, CODE_MIME_TOO_MANY_PARTS,
		    "over %u parts", m->limits->parts);
	m->place = l->parts;
	begin_entity(m);
	return MORE;
}

static int
next_inner(struct mime *m, struct mime_part *part, struct findings *fs)
{
	int rc = mime_next(m->inner, part, fs);

	if (rc != 0)
		return rc;
	m->parts = m->inner->parts;
	mime_close(m->inner);
	m->inner = NULL;
	m->step = STEP_BETWEEN;
	return MORE;
}

struct mime *
mime_open(struct span mail, const struct limits *limits, struct arena *arena)
{
	struct mime *m = xcalloc(1, sizeof *m);

	m->mail = mail;
	m->eol = field_eol(mail);
	m->limits = limits;
	m->arena = arena;
	m->at_mail = true;
	m->place.mail = mail;
	begin_entity(m);
	return m;
}

const struct head *
mime_head(const struct mime *m)
{
	return &m->head;
}

int
mime_next(struct mime *m, struct mime_part *part, struct findings *fs)
{
	int rc = MORE;

	while (rc == MORE) {
		switch (m->step) {
		case STEP_ENTITY:
			rc = enter(m, part, fs);
			break;
		case STEP_BETWEEN:
			rc = advance(m, part, fs);
			break;
		case STEP_INNER:
			rc = next_inner(m, part, fs);
			break;
		case STEP_END:
			return 0;
		}
	}
	return rc;
}

void
mime_close(struct mime *m)
{
	if (m == NULL)
		return;
	mime_close(m->inner);
	free(m->level);
	free(m);
}
