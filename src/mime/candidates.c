#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/span.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "mime/candidates.h"
#include "mime/mail_header.h"
#include "mime/mime.h"
#include "mime/part_body.h"
#include "mime/report_front.h"
#include "model/limits.h"
#include "unpack/container.h"

/* The search for candidates in one mail. */
struct search {
	struct candidates *c;
	struct arena *arena;
	const struct limits *limits;
	struct mime_part *leaf; /* all leaves of the mail */
	size_t n, cap;
	bool typed;  /* a leaf has the media type of a report */
	bool opaque; /* a leaf is a multipart that cannot be read */
};

static bool
is_opaque(const struct mime_part *p)
{
	return span_is_nocase(p->type, "multipart");
}

static void
add_leaf(struct search *s, const struct mime_part *p)
{
	s->leaf = xgrow(s->leaf, s->n, &s->cap, sizeof *s->leaf);
	s->leaf[s->n++] = *p;
	if (head_is_tlsrpt(p->subtype))
		s->typed = true;
	if (!p->forwarded) {
		s->c->claims |= p->in_report;
		s->opaque |= is_opaque(p);
	}
}

/* Read the header of the mail, then collect all of its leaves. */
static int
read_mail(struct search *s, struct span mail, struct findings *fs)
{
	struct mime *m = mime_open(mail, s->limits, s->arena);
	const struct head *h = mime_head(m);
	struct mime_part part;
	int rc;

	head_text(h, s->arena, &s->c->head);
	s->c->received = h->value[HEAD_RECEIVED];
	s->c->claims = head_claims(h, s->arena);
	while ((rc = mime_next(m, &part, fs)) == 1)
		add_leaf(s, &part);
	mime_close(m);
	return rc;
}

static bool
is_json_name(struct span name)
{
	return span_ends_nocase(name, ".json") ||
	       span_ends_nocase(name, ".json.gz") ||
	       span_ends_nocase(name, ".json.zip");
}

/* Whether the media type is one that reports are packed in. */
static bool
is_container_type(const struct mime_part *p)
{
	static const char *const names[] = { "gzip", "x-gzip", "zip", "x-zip",
		"x-zip-compressed", "zlib", "json" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (span_is_nocase(p->subtype, names[i]))
			return span_is_nocase(p->type, "application");
	return false;
}

/*
 * Whether a part without the media type of a report may be one, in a mail that
 * says it carries a report (requirement R3).  A part that people read, such as
 * text/plain, must also begin as a report does.
 */
static bool
is_claimed(const struct search *s, const struct mime_part *p)
{
	if (is_json_name(span_of(p->filename)) || is_container_type(p))
		return true;
	if (!span_is_nocase(p->type, "application"))
		return part_body_is_report(
		    p->body, p->encoding, s->limits->reports);
	return part_body_container(p->body, p->encoding) != CONTAINER_NONE;
}

/* Whether the innermost mail around a part says that it carries a report. */
static bool
claims_around(const struct search *s, const struct mime_part *p)
{
	struct head h;

	if (p->in_report)
		return true;
	if (!p->forwarded)
		return s->c->claims;
	head_read(p->around, &h);
	return head_claims(&h, s->arena);
}

static bool
is_candidate(const struct search *s, const struct mime_part *p)
{
	if (s->typed)
		return head_is_tlsrpt(p->subtype);
	if (is_opaque(p))
		return false;
	if (is_report_file_name(span_of(p->filename)) || claims_around(s, p))
		return is_claimed(s, p);
	return part_body_is_report(p->body, p->encoding, s->limits->reports);
}

static bool
has_uuencode(const struct search *s)
{
	struct span name;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (part_body_has_uuencode(s->leaf[i].body, &name) &&
		    (s->c->claims || is_report_file_name(span_trim(name))))
			return true;
	return false;
}

/* No part can be a report.  Refuse the mail if it says that there is one. */
static int
refuse_none(const struct search *s, struct findings *fs)
{
	if (has_uuencode(s))
		return findings_reject(fs, CODE_UUENCODE, "in the text");
	if (!s->c->claims)
		return 0;
	if (s->opaque)
		return findings_reject(fs, CODE_MIME_MALFORMED,
		    "a multipart inside cannot be read");
	return findings_reject(fs, CODE_NO_REPORT_PART, "%zu parts", s->n);
}

/* Warn or refuse where media type and bytes disagree (requirement R4). */
static void
check_label(const struct mime_part *p, struct findings *fs)
{
	enum container is = part_body_container(p->body, p->encoding);
	bool gzip = span_is_nocase(p->subtype, "tlsrpt+gzip");
	bool json = span_is_nocase(p->subtype, "tlsrpt+json");
	struct span name;

	if (is == CONTAINER_NONE && part_body_has_uuencode(p->body, &name))
		findings_reject(fs, CODE_UUENCODE, "in the part");
	else if (!span_is_nocase(p->type, "application") || (!gzip && !json) ||
		 (gzip && is != CONTAINER_GZIP && is != CONTAINER_NONE) ||
		 (json && is != CONTAINER_JSON && is != CONTAINER_NONE))
		findings_add(fs, CODE_MEDIA_TYPE, "%.*s/%.*s", (int)p->type.n,
		    p->type.p, (int)p->subtype.n, p->subtype.p);
	else if (gzip && is == CONTAINER_NONE && p->body.n == 0)
		findings_reject(fs, CODE_GZIP_TRUNCATED, "nothing in it");
	else if (gzip && is == CONTAINER_NONE)
		findings_reject(fs, CODE_GZIP_INVALID, "neither gzip nor JSON");
}

/* Read the header of the mail that a part is in; siblings share it. */
static void
fill_head_of(const struct search *s, size_t i)
{
	struct candidates *c = s->c;
	struct head h;

	if (!c->part[i].forwarded) {
		c->head_of[i] = c->head;
	} else if (i > 0 && c->part[i - 1].around.p == c->part[i].around.p) {
		c->head_of[i] = c->head_of[i - 1];
	} else {
		head_read(c->part[i].around, &h);
		head_text(&h, s->arena, &c->head_of[i]);
	}
}

/* Keep the leaves that are candidates. */
static int
choose(struct search *s, struct findings *fs)
{
	struct candidates *c = s->c;
	size_t i, n = 0;

	for (i = 0; i < s->n && n <= s->limits->reports; i++)
		if (is_candidate(s, &s->leaf[i]))
			s->leaf[n++] = s->leaf[i];
	if (n == 0)
		return refuse_none(s, fs);
	if (n > s->limits->reports)
		return findings_reject(fs, CODE_TOO_MANY_REPORTS,
		    "over %u parts", s->limits->reports);
	c->n = n;
	c->part = arena_alloc(s->arena, n * sizeof *c->part);
	c->head_of = arena_alloc(s->arena, n * sizeof *c->head_of);
	memcpy(c->part, s->leaf, n * sizeof *c->part);
	for (i = 0; i < n; i++)
		fill_head_of(s, i);
	return 0;
}

int
candidates_find(struct span mail, const struct limits *limits,
    struct arena *arena, struct candidates *c, struct findings *fs)
{
	struct search s = { .c = c, .arena = arena, .limits = limits };
	struct findings broken;
	int rc;

	*c = (struct candidates){ 0 };
	broken.reject.code = CODE_NONE; /* not cleared whole: it is large */
	broken.n = 0;
	rc = read_mail(&s, mail, &broken);
	if (rc == 0)
		rc = choose(&s, fs);
	else if (c->claims || s.typed)
		findings_merge(fs, &broken);
	else
		rc = 0; /* a broken mail, but not about reports */
	free(s.leaf);
	return rc;
}

void
candidates_judge(const struct candidates *c, size_t i, struct findings *fs)
{
	const struct mime_part *p = &c->part[i];

	check_label(p, fs);
	if (head_is_tlsrpt(p->subtype) && !p->in_report)
		findings_add(fs, CODE_REPORT_TYPE_MISSING, "Content-Type");
	if (p->forwarded)
		findings_add(fs, CODE_FORWARDED, "message/rfc822");
	if (c->n > 1)
		findings_add(
		    fs, CODE_MULTIPLE_REPORT_PARTS, "%zu of %zu", i + 1, c->n);
}
