#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "model/domain_setup.h"
#include "published/flaws.h"
#include "published/points.h"
#include "published/sts_record.h"
#include "published/txt_record.h"

static const char version[] = "v=STSv1";
static const char prefix[] = "v=STSv1;";

enum {
	ID_MOST = 32 /* characters of an id (RFC 8461 §3.1) */
};

/* Whether a text that is no record may be meant to be one. */
static bool
is_meant(struct span text)
{
	size_t i;

	for (i = 0; i < text.n; i++)
		if (span_begins_nocase(span_skip(text, i), "stsv") ||
		    span_begins_nocase(span_skip(text, i), "v=sts"))
			return true;
	return span_begins_nocase(text, "id=");
}

static bool
is_id(struct span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') ||
			(s.p[i] >= 'A' && s.p[i] <= 'Z') ||
			(s.p[i] >= '0' && s.p[i] <= '9')))
			return false;
	return s.n > 0 && s.n <= ID_MOST;
}

/* Read the fields behind the version; false when one is broken. */
static bool
read_fields(struct sts_record *r, struct span rest, struct span *id)
{
	struct span name, value;
	enum field_result result;

	while ((result = txt_next_field(&rest, &name, &value)) == FIELD_FOUND) {
		if (span_is(name, "id") && id->p == NULL)
			*id = value;
		else if (span_is(name, "id"))
			flaws_add(&r->flaws, POINT_STS_ID_REPEATED, "", "");
		else if (txt_is_extension_value(value))
			flaws_add(&r->flaws, POINT_EXT_UNKNOWN, "", "");
		else
			return false;
	}
	return result == FIELD_END;
}

/* Read the one record that is meant. */
static void
read_text(struct sts_record *r, struct arena *arena)
{
	struct span text = txt_joined(r->record, arena), id = { NULL, 0 };
	struct span rest = txt_behind_version(text, version);
	const char *shown = txt_shown(r->record, arena);

	if (rest.n > 0 && text.p[sizeof version - 1] != ';')
		flaws_add(&r->flaws, POINT_STS_SPACE_BEFORE_SEMICOLON, "", "");
	if (rest.p == NULL || !read_fields(r, span_skip(rest, 1), &id) ||
	    (id.p != NULL && txt_has_blanks_behind(text))) {
		r->flaws.n = 0;
		flaws_add(&r->flaws, POINT_STS_TXT_SYNTAX, shown, "");
	} else if (id.p == NULL) {
		flaws_add(&r->flaws, POINT_STS_ID_MISSING, shown, "");
	} else if (!is_id(id)) {
		flaws_add(&r->flaws, POINT_STS_ID_INVALID, shown, "");
	} else {
		r->valid = true;
		r->id = arena_strndup(arena, id.p, id.n);
	}
}

void
sts_record_read(
    const struct txt_answer *answer, struct arena *arena, struct sts_record *r)
{
	size_t n;

	memset(r, 0, sizeof *r);
	r->id = "";
	n = txt_count(answer, prefix, arena, &r->record);
	if (answer->n == 1 && n == 0 &&
	    is_meant(txt_joined(answer->record, arena))) {
		r->record = answer->record;
		n = 1;
	}
	if (n == 0)
		flaws_add(&r->flaws, POINT_STS_NONE, "", "");
	else if (n > 1)
		flaws_add(&r->flaws, POINT_STS_MULTIPLE,
		    arena_printf(arena, "%zu", n), "");
	else
		read_text(r, arena);
}
