#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/span.h"
#include "codes/codes.h"
#include "dkim/base64.h"
#include "dkim/canonical.h"
#include "dkim/signature.h"
#include "dkim/tag_list.h"
#include "mime/header_field.h"

#define SIGNATURE "DKIM-Signature"

enum {
	DOMAIN_MAX = 253,
	LABEL_MAX = 63,
	NAMES_MAX = 200,  /* in h= */
	BYTES_MAX = 1024, /* of b=, decoded: an RSA key of 8192 bits */
	TIME_DIGITS = 12, /* more are for ever (RFC 6376 §3.5, t=) */
	SLACK = 300	  /* seconds by which x= may be over */
};

struct field {
	struct span name, value; /* with its folds and line ends */
};

/* A mail, taken apart as far as signatures need it. */
struct mail {
	char eol;
	struct field *field;
	size_t n, room;
	bool too_large; /* more fields or bytes than are judged */
	struct span body;
	/* hashes of the body, simple and relaxed, as far as they were asked for
	 */
	bool has_hash[2];
	unsigned char hash[2][CANONICAL_DIGEST];
};

/* A signature while it is read. */
struct reading {
	const struct signature_context *context;
	struct canonical *canonical;
	struct arena *arena;
	struct mail *mail;
	const struct field *field; /* the DKIM-Signature itself */
	struct tag_list tags;
	struct span names; /* h= */
	bool header_relaxed, body_relaxed;
	unsigned char body_hash[CANONICAL_DIGEST]; /* bh= */
};

static void
add_field(struct mail *m, struct arena *arena, struct field field)
{
	if (m->n >= SIGNATURE_FIELDS) {
		m->too_large = true;
		/* of signatures it is known then that they are not judged */
		if (!span_is_nocase(field.name, SIGNATURE))
			return;
	}
	m->field =
	    arena_grow(arena, m->field, m->n, &m->room, sizeof *m->field);
	m->field[m->n++] = field;
}

/* Divide a mail into fields and body; lines that are no field are skipped. */
static void
read_mail(
    struct span mail, uint64_t header_max, struct arena *arena, struct mail *m)
{
	struct span rest, line, name, value;
	bool open = false; /* a field that may be folded goes on */

	*m = (struct mail){ .eol = field_eol(mail) };
	rest = field_front(mail, m->eol);
	mail = rest;
	while (rest.n > 0) {
		line = field_line(&rest, m->eol);
		if (field_is_empty(line, m->eol))
			break;
		if (open && field_continues(line) && m->n > 0)
			m->field[m->n - 1].value.n += line.n;
		else if (!field_continues(line) &&
			 (open = field_begins(line, &name, &value)))
			add_field(m, arena, (struct field){ name, value });
	}
	m->body = rest;
	if (mail.n - rest.n > header_max)
		m->too_large = true;
}

/* -- the tags */

/* A field's value without its line ends. */
static struct span
unfold(const struct reading *r, struct span value)
{
	char *out = arena_alloc(r->arena, value.n + 1);
	struct span s = { out, 0 }, line;

	while (value.n > 0) {
		line =
		    field_chomp(field_line(&value, r->mail->eol), r->mail->eol);
		memcpy(out + s.n, line.p, line.n);
		s.n += line.n;
	}
	return s;
}

static bool
is_label(const char *p, size_t n)
{
	size_t i;

	if (n == 0 || n > LABEL_MAX || p[0] == '-' || p[n - 1] == '-')
		return false;
	for (i = 0; i < n; i++)
		if ((p[i] < 'a' || p[i] > 'z') && (p[i] < '0' || p[i] > '9') &&
		    p[i] != '-' && p[i] != '_')
			return false;
	return true;
}

/* A domain name in lower case; NULL when it is none. */
static const char *
read_domain(const struct reading *r, const struct span *value)
{
	char *name, *label, *dot;
	size_t i;

	if (value == NULL || value->n == 0 || value->n > DOMAIN_MAX)
		return NULL;
	name = arena_strndup(r->arena, value->p, value->n);
	for (i = 0; i < value->n; i++)
		if (name[i] >= 'A' && name[i] <= 'Z')
			name[i] = (char)(name[i] - 'A' + 'a');
	for (label = name; (dot = strchr(label, '.')) != NULL; label = dot + 1)
		if (!is_label(label, (size_t)(dot - label)))
			return NULL;
	return is_label(label, strlen(label)) ? name : NULL;
}

/* Whether i= is absent, or its domain is d= or below it. */
static bool
read_identity(const struct reading *r, struct signature *s)
{
	const struct span *value = tag_list_find(&r->tags, "i");
	size_t d = strlen(s->domain);
	const char *at, *domain;

	if (value == NULL)
		return true;
	for (at = value->p + value->n; at > value->p && at[-1] != '@'; at--)
		;
	if (at == value->p)
		return false;
	domain = read_domain(
	    r, &(struct span){ at, value->n - (size_t)(at - value->p) });
	if (domain == NULL)
		return false;
	if (strcmp(domain, s->domain) == 0)
		return true;
	s->identity_below = true;
	return strlen(domain) > d &&
	       strcmp(domain + strlen(domain) - d, s->domain) == 0 &&
	       domain[strlen(domain) - d - 1] == '.';
}

static bool
read_form(struct span word, bool *relaxed)
{
	*relaxed = span_is(word, "relaxed");
	return *relaxed || span_is(word, "simple");
}

/* c=: the header's form, and the body's, which is simple unless it is told. */
static bool
read_forms(struct reading *r)
{
	const struct span *value = tag_list_find(&r->tags, "c");
	struct span header, body = span_of("simple");
	const char *slash;

	if (value == NULL)
		return true;
	header = *value;
	slash = header.n > 0 ? memchr(header.p, '/', header.n) : NULL;
	if (slash != NULL) {
		header.n = (size_t)(slash - header.p);
		body = span_skip(*value, header.n + 1);
	}
	return read_form(header, &r->header_relaxed) &&
	       read_form(body, &r->body_relaxed);
}

/* h=: names of fields, the author's among them. */
static bool
read_names(struct reading *r)
{
	const struct span *value = tag_list_find(&r->tags, "h");
	struct span rest, item;
	size_t n = 0, i;
	bool from = false;

	if (value == NULL)
		return false;
	r->names = rest = *value;
	while (tag_list_item(&rest, &item)) {
		if (item.n == 0 || ++n > NAMES_MAX)
			return false;
		for (i = 0; i < item.n; i++)
			if (item.p[i] <= ' ' || item.p[i] > '~')
				return false;
		from = from || span_is_nocase(item, "from");
	}
	return from;
}

/* t= or x=: -1 when it is no time; absent ones and those of too many digits
 * leave *has false. */
static int
read_time(const struct reading *r, const char *tag, bool *has, int64_t *t)
{
	const struct span *value = tag_list_find(&r->tags, tag);
	size_t i;

	*has = false;
	*t = 0;
	if (value == NULL)
		return 0;
	if (value->n == 0)
		return -1;
	for (i = 0; i < value->n; i++) {
		if (value->p[i] < '0' || value->p[i] > '9')
			return -1;
		if (i < TIME_DIGITS)
			*t = 10 * *t + (value->p[i] - '0');
	}
	*has = value->n <= TIME_DIGITS;
	return 0;
}

/* dkim-syntax, dkim-expired, or CODE_NONE. */
static enum code
judge_times(const struct reading *r)
{
	bool has_signed, has_end;
	int64_t at, end;

	if (read_time(r, "t", &has_signed, &at) == -1 ||
	    read_time(r, "x", &has_end, &end) == -1)
		return CODE_DKIM_SYNTAX;
	if (!has_end)
		return CODE_NONE;
	if (has_signed && end <= at)
		return CODE_DKIM_SYNTAX;
	if (r->context->has_arrival && r->context->arrival > end + SLACK)
		return CODE_DKIM_EXPIRED;
	return CODE_NONE;
}

/* dkim-algorithm, dkim-syntax, or CODE_NONE. */
static enum code
read_algorithm(const struct reading *r, struct signature *s)
{
	const struct span *value = tag_list_find(&r->tags, "a");

	if (value == NULL)
		return CODE_DKIM_SYNTAX;
	s->is_ed25519 = span_is(*value, "ed25519-sha256");
	if (!s->is_ed25519 && !span_is(*value, "rsa-sha256"))
		return CODE_DKIM_ALGORITHM;
	return CODE_NONE;
}

static bool
read_hashes(struct reading *r, struct signature *s)
{
	const struct span *b = tag_list_find(&r->tags, "b");
	const struct span *bh = tag_list_find(&r->tags, "bh");
	struct span hash;

	if (b == NULL || bh == NULL)
		return false;
	s->text = base64_without_blanks(*b, r->arena);
	if (!base64_decode(s->text, r->arena, &s->bytes) || s->bytes.n == 0 ||
	    s->bytes.n > BYTES_MAX)
		return false;
	if (!base64_decode(
		base64_without_blanks(*bh, r->arena), r->arena, &hash) ||
	    hash.n != CANONICAL_DIGEST)
		return false;
	memcpy(r->body_hash, hash.p, hash.n);
	return true;
}

static bool
asks_dns(const struct reading *r)
{
	const struct span *value = tag_list_find(&r->tags, "q");

	return value == NULL || tag_list_has(*value, "dns/txt");
}

/* Everything the tags say, in the order in which it is judged. */
static enum code
read_tags(struct reading *r, struct signature *s)
{
	const struct span *version;
	const char *name;
	enum code algorithm, times;

	if (!tag_list_read(unfold(r, r->field->value), &r->tags))
		return CODE_DKIM_SYNTAX;
	version = tag_list_find(&r->tags, "v");
	if (version == NULL || !span_is(*version, "1"))
		return CODE_DKIM_SYNTAX;
	if ((name = read_domain(r, tag_list_find(&r->tags, "d"))) == NULL)
		return CODE_DKIM_SYNTAX;
	s->domain = name;
	if ((name = read_domain(r, tag_list_find(&r->tags, "s"))) == NULL)
		return CODE_DKIM_SYNTAX;
	s->selector = name;
	s->has_length = tag_list_find(&r->tags, "l") != NULL;
	times = judge_times(r);
	algorithm = read_algorithm(r, s);
	if (!read_identity(r, s) || !read_forms(r) || !asks_dns(r) ||
	    !read_names(r) || times == CODE_DKIM_SYNTAX)
		return CODE_DKIM_SYNTAX;
	if (algorithm != CODE_NONE)
		return algorithm;
	if (!read_hashes(r, s))
		return CODE_DKIM_SYNTAX;
	return s->has_length ? CODE_DKIM_BODY_LENGTH : times;
}

/* -- the hashes */

static bool
body_fits(struct reading *r)
{
	struct mail *m = r->mail;
	int form = r->body_relaxed ? 1 : 0;

	if (!m->has_hash[form]) {
		canonical_begin(r->canonical, m->eol, r->body_relaxed);
		canonical_body(r->canonical, m->body);
		canonical_end(r->canonical, m->hash[form]);
		m->has_hash[form] = true;
	}
	return memcmp(m->hash[form], r->body_hash, CANONICAL_DIGEST) == 0;
}

/* Of several fields of a name the lowest comes first (§5.4.2). */
static const struct field *
take_field(const struct reading *r, struct span name, bool *used)
{
	const struct mail *m = r->mail;
	size_t i;

	for (i = m->n; i-- > 0;)
		if (!used[i] && &m->field[i] != r->field &&
		    m->field[i].name.n == name.n &&
		    strncasecmp(m->field[i].name.p, name.p, name.n) == 0) {
			used[i] = true;
			return &m->field[i];
		}
	return NULL;
}

/*
 * The signature's own field with what stands between "b=" and the next ";"
 * gone (§3.7); `*value` points into the same copy as the name.
 */
static struct span
without_signature(const struct reading *r, struct span *value)
{
	struct span name = r->field->name, rest = r->field->value, element;
	const char *end = rest.p + rest.n, *from = name.p, *sign;
	char *copy = arena_alloc(r->arena, (size_t)(end - from) + 1);
	size_t n = 0, head = (size_t)(rest.p - from);

	while (rest.n > 0) {
		sign = memchr(rest.p, ';', rest.n);
		element = rest;
		if (sign != NULL)
			element.n = (size_t)(sign - rest.p);
		rest = span_skip(rest, element.n + 1);
		sign = element.n > 0 ? memchr(element.p, '=', element.n) : NULL;
		if (sign == NULL || !span_is(span_trim((struct span){ element.p,
						 (size_t)(sign - element.p) }),
					"b"))
			continue;
		n = (size_t)(sign + 1 - from);
		memcpy(copy, from, n);
		from = element.p + element.n;
		break;
	}
	memcpy(copy + n, from, (size_t)(end - from));
	n += (size_t)(end - from);
	*value = (struct span){ copy + head, n - head };
	return (struct span){ copy, name.n };
}

static void
hash_header(struct reading *r, struct signature *s)
{
	bool *used = arena_alloc(r->arena, r->mail->n + 1);
	struct span rest = r->names, item, name, value;
	const struct field *field;

	canonical_begin(r->canonical, r->mail->eol, r->header_relaxed);
	while (tag_list_item(&rest, &item)) {
		if ((field = take_field(r, item, used)) == NULL)
			continue;
		canonical_field(r->canonical, field->name, field->value);
		canonical_line_end(r->canonical);
	}
	name = without_signature(r, &value);
	canonical_field(r->canonical, name, value);
	canonical_end(r->canonical, s->digest);
}

/* Whether there are more fields of a name than h= lists: one that was added
 * behind the signer's back goes unnoticed then (§8.15). */
static bool
is_open(const struct reading *r, const char *name)
{
	size_t there = 0, listed = 0, i;
	struct span rest = r->names, item;

	for (i = 0; i < r->mail->n; i++)
		there += span_is_nocase(r->mail->field[i].name, name) ? 1 : 0;
	while (tag_list_item(&rest, &item))
		listed += span_is_nocase(item, name) ? 1 : 0;
	return there > listed;
}

static void
read_signature(struct reading *r, struct signature *s)
{
	*s = (struct signature){ .domain = "", .selector = "", .text = "" };
	s->code = r->mail->too_large ? CODE_DKIM_SYNTAX : read_tags(r, s);
	if (s->code != CODE_NONE)
		return;
	s->subject_open = is_open(r, "Subject");
	s->report_domain_open = is_open(r, "TLS-Report-Domain");
	s->report_submitter_open = is_open(r, "TLS-Report-Submitter");
	if (!body_fits(r) || is_open(r, "From"))
		s->code = CODE_DKIM_FAIL;
	else
		hash_header(r, s);
}

void
signatures_read(struct span mail, const struct signature_context *context,
    struct canonical *canonical, struct arena *arena, struct signatures *list)
{
	struct mail m;
	struct reading r;
	size_t i;

	list->n = 0;
	read_mail(mail, context->header_max, arena, &m);
	for (i = 0; i < m.n && list->n < SIGNATURES_MAX; i++) {
		if (!span_is_nocase(m.field[i].name, SIGNATURE))
			continue;
		r = (struct reading){ .context = context,
			.canonical = canonical,
			.arena = arena,
			.mail = &m,
			.field = &m.field[i] };
		read_signature(&r, &list->item[list->n++]);
	}
}
