#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/span.h"
#include "model/domain_setup.h"
#include "published/flaws.h"
#include "published/points.h"
#include "published/rua_uri.h"
#include "published/tlsrpt_record.h"
#include "published/txt_record.h"

static const char version[] = "v=TLSRPTv1";
static const char prefix[] = "v=TLSRPTv1;";

/*
 * Whether a text that is no record may be meant to be one: it names TLSRPT in
 * its first field, or a version of it anywhere, or begins with rua.
 */
static bool
is_meant(struct span text)
{
	struct span first = text;
	const char *end = text.n > 0 ? memchr(text.p, ';', text.n) : NULL;
	size_t i;

	if (end != NULL)
		first.n = (size_t)(end - text.p);
	for (i = 0; i < text.n; i++)
		if (span_begins_nocase(span_skip(text, i), "tlsrptv") ||
		    (i < first.n &&
			span_begins_nocase(span_skip(text, i), "tlsrpt")))
			return true;
	return span_begins_nocase(text, "rua=");
}

/* The byte, counted from 1, that is not ASCII; 0 without one. */
static size_t
find_non_ascii(struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return i + 1;
	return 0;
}

static bool
is_same_uri(const struct rua_uri *a, const struct rua_uri *b)
{
	size_t scheme = strcspn(a->text, ":");

	return scheme == strcspn(b->text, ":") &&
	       strncasecmp(a->text, b->text, scheme) == 0 &&
	       strcmp(a->text + scheme, b->text + scheme) == 0;
}

/* Add the URI between two commas. */
static void
add_uri(struct tlsrpt_record *r, struct span text, struct arena *arena)
{
	struct rua_uri uri;
	size_t i;

	if (r->n == TLSRPT_URIS) {
		r->left_out++;
		return;
	}
	rua_uri_read(text, arena, &uri, &r->flaws);
	for (i = 0; i < r->n && uri.kind >= RUA_MAILTO; i++)
		if (is_same_uri(&r->uri[i], &uri))
			flaws_add(&r->flaws, POINT_RUA_DUPLICATE, uri.text, "");
	r->uri[r->n++] = uri;
}

/* The URIs of a rua, with blanks around the commas (RFC 8460 §3). */
static void
read_rua(struct tlsrpt_record *r, struct span value, struct arena *arena)
{
	struct span text;
	const char *comma;
	bool first = true;

	do {
		comma = value.n > 0 ? memchr(value.p, ',', value.n) : NULL;
		text = value;
		if (comma != NULL)
			text.n = (size_t)(comma - value.p);
		value = span_skip(value, text.n + 1);
		while (text.n > 0 && !first &&
		       (text.p[0] == ' ' || text.p[0] == '\t'))
			text = span_skip(text, 1);
		while (text.n > 0 && (text.p[text.n - 1] == ' ' ||
					 text.p[text.n - 1] == '\t'))
			text.n--;
		add_uri(r, text, arena);
		first = false;
	} while (comma != NULL);
}

/* Read the fields behind the version; false when one is broken. */
static bool
read_fields(struct tlsrpt_record *r, struct span rest, struct arena *arena)
{
	struct span name, value;
	enum field_result result;
	size_t ruas = 0;

	while ((result = txt_next_field(&rest, &name, &value)) == FIELD_FOUND) {
		if (span_is(name, "rua")) {
			if (ruas++ > 0)
				flaws_add(
				    &r->flaws, POINT_RUA_REPEATED, "", "");
			read_rua(r, value, arena);
		} else if (txt_is_extension_value(value)) {
			flaws_add(&r->flaws, POINT_EXT_UNKNOWN, "", "");
		} else {
			return false;
		}
	}
	return result == FIELD_END && !flaws_has(&r->flaws, POINT_DNS_SYNTAX);
}

/* Judge the fields once all of them were read. */
static void
weigh_fields(struct tlsrpt_record *r, const char *shown)
{
	size_t i, usable = 0, breaks = 0;

	if (r->n == 0)
		flaws_add(&r->flaws, POINT_DNS_NO_RUA, shown, "");
	for (i = 0; i < r->n; i++) {
		usable += r->uri[i].kind >= RUA_MAILTO;
		breaks += r->uri[i].kind == RUA_BREAKS;
	}
	r->valid = usable > 0 && breaks == 0 &&
		   !flaws_has(&r->flaws, POINT_DNS_TRAILING_SPACE);
}

/* What keeps a text from being a record at all; POINT_NONE for nothing. */
static enum point_code
find_mistake(struct span text, size_t non_ascii)
{
	if (non_ascii > 0)
		return POINT_DNS_NON_ASCII;
	if (memchr(text.p, '\\', text.n) != NULL)
		return POINT_DNS_BACKSLASH;
	if (txt_behind_version(text, version).p == NULL)
		return POINT_DNS_VERSION;
	return POINT_NONE;
}

/* Read the one record that is meant. */
static void
read_text(struct tlsrpt_record *r, struct arena *arena)
{
	struct span text = txt_joined(r->record, arena), rest;
	const char *shown = txt_shown(r->record, arena);
	size_t non_ascii = find_non_ascii(text);
	enum point_code mistake = find_mistake(text, non_ascii);

	if (mistake != POINT_NONE) {
		flaws_add(&r->flaws, mistake, shown,
		    arena_printf(arena, "%zu", non_ascii));
		return;
	}
	rest = txt_behind_version(text, version);
	if (rest.n > 0 && text.p[sizeof version - 1] != ';')
		flaws_add(&r->flaws, POINT_DNS_SPACE_BEFORE_SEMICOLON, "", "");
	if (!read_fields(r, span_skip(rest, 1), arena)) {
		r->flaws.n = 0;
		flaws_add(&r->flaws, POINT_DNS_SYNTAX, shown, "");
		return;
	}
	if (r->n > 0 && txt_has_blanks_behind(text))
		flaws_add(&r->flaws, POINT_DNS_TRAILING_SPACE, "", "");
	weigh_fields(r, shown);
}

void
tlsrpt_read(const struct txt_answer *answer, struct arena *arena,
    struct tlsrpt_record *r)
{
	size_t n;

	memset(r, 0, sizeof *r);
	n = txt_count(answer, prefix, arena, &r->record);
	r->others = answer->n > n;
	if (answer->n == 1 && n == 0 &&
	    is_meant(txt_joined(answer->record, arena))) {
		r->record = answer->record;
		r->others = false;
		n = 1;
	}
	if (n == 0)
		flaws_add(&r->flaws, POINT_DNS_NONE, "", "");
	else if (n > 1)
		flaws_add(&r->flaws, POINT_DNS_MULTIPLE,
		    arena_printf(arena, "%zu", n), "");
	else
		read_text(r, arena);
}

bool
tlsrpt_is_used(const struct tlsrpt_record *r, const struct rua_uri *uri)
{
	return r->valid && uri->kind >= RUA_MAILTO;
}
