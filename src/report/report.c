#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json_object.h>
#include <json-c/json_tokener.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "report/host_name.h"
#include "report/reading.h"

enum {
	TEXT_MAX = 1 << 30, /* bytes, whatever the limit: 32 bit extents */
	STRINGS_DEPTH = 4,  /* json-c reads an array of strings, no more */
	CONVERSIONS = 1000, /* each may take 150 us */
	WARNINGS_TEXT = 4096
};

/* Where in the text it broke; line, column and byte count from 1. */
static int
refuse_text(
    struct findings *fs, struct span text, const struct jsontext_fault *f)
{
	size_t line, column;

	jsontext_place(text, f->offset, &line, &column);
	return findings_reject(fs, f->code,
	    "line %zu, column %zu, byte %zu: %s", line, column, f->offset + 1,
	    f->what);
}

static int
scan(struct reading *r, struct span text)
{
	const struct limits *limits = r->context->limits;
	struct members_shapes shapes = { 0 };
	struct jsontext_fault fault = { 0 };

	if (text.n > limits->report || text.n > TEXT_MAX)
		return findings_reject(
		    r->findings, CODE_JSON_TOO_LARGE, "%zu bytes", text.n);
	members_shapes(&shapes, limits);
	if (jsontext_scan(text, limits->json_depth, &shapes.whole, &r->json,
		&fault) == -1)
		return refuse_text(r->findings, text, &fault);
	if (r->json.bom)
		findings_add(r->findings, CODE_JSON_BOM, "byte 1");
	return 0;
}

static const char *
read_contact(struct reading *r, struct span s)
{
	bool valid;

	if (s.n == 0) {
		reading_warn(r, CODE_CONTACT_MISSING, MEMBER_CONTACT);
		r->report->reporter_domain = "";
		return "";
	}
	r->report->reporter_domain = name_mail_domain(s, r->arena, &valid);
	if (!valid)
		reading_warn(r, CODE_CONTACT_FORMAT, MEMBER_CONTACT);
	return reading_keep(r, s, MEMBER_CONTACT, false);
}

/* A string of the identity, byte for byte. */
static const char *
read_identity(
    struct reading *r, struct span s, enum member m, enum code missing)
{
	if (s.n == 0)
		reading_warn(r, missing, m);
	return reading_keep(r, s, m, false);
}

/* All but the policies. */
static void
read_head(struct reading *r, const struct members *m)
{
	size_t organization, start, end, contact, id;
	struct members range;
	struct span s, e;

	members_of(&r->json, m->of[MEMBER_DATE_RANGE], &range);
	strings_begin(r);
	organization = strings_add(r, m->of[MEMBER_ORGANIZATION]);
	start = strings_add(r, range.of[MEMBER_START]);
	end = strings_add(r, range.of[MEMBER_END]);
	contact = strings_add(r, m->of[MEMBER_CONTACT]);
	id = strings_add(r, m->of[MEMBER_REPORT_ID]);
	strings_decode(r);

	s = strings_get(r, organization);
	content_string(&r->content, MEMBER_ORGANIZATION, s);
	r->report->organization =
	    read_identity(r, s, MEMBER_ORGANIZATION, CODE_ORG_MISSING);
	s = strings_get(r, start);
	e = strings_get(r, end);
	content_string(&r->content, MEMBER_START, s);
	content_string(&r->content, MEMBER_END, e);
	dates_read(r, s, e);
	s = strings_get(r, contact);
	content_string(&r->content, MEMBER_CONTACT, s);
	r->report->contact = read_contact(r, s);
	s = strings_get(r, id);
	r->report->report_id =
	    read_identity(r, s, MEMBER_REPORT_ID, CODE_REPORT_ID_MISSING);
}

/* "sha256:..." of the content, for a report without report-id. */
static const char *
id_of_content(struct reading *r)
{
	char text[2 * REPORT_DIGEST + 1];

	hex_format(r->report->content, REPORT_DIGEST, text);
	return arena_printf(r->arena, "sha256:%s", text);
}

static int
read_report(struct reading *r)
{
	struct report *report = r->report;
	char names[WARNINGS_TEXT];
	struct members m;

	if (structure_check(r) == -1)
		return -1;
	members_of(&r->json, &r->json.node[0], &m);
	read_head(r, &m);
	policies_read(r, m.of[MEMBER_POLICIES]);
	domains_settle(r);
	counting_settle(r);
	if (r->refusal.code != CODE_NONE)
		return -1;
	content_end(&r->content, span_of(report->report_id), report->body,
	    report->content);
	if (*report->report_id == '\0')
		report->report_id = id_of_content(r);
	findings_names(r->findings, CLASS_WARN, names, sizeof names);
	report->warnings = arena_strdup(r->arena, names);
	return 0;
}

struct reading *
reading_new(void)
{
	struct reading *r = xcalloc(1, sizeof *r);

	if ((r->tokener = json_tokener_new_ex(STRINGS_DEPTH)) == NULL)
		out_of_memory();
	r->room.max = INT32_MAX;
	return r;
}

void
reading_free(struct reading *r)
{
	if (r == NULL)
		return;
	content_free(&r->content);
	json_object_put(r->decoded);
	free(r->string);
	json_tokener_free(r->tokener);
	buf_free(&r->room);
	jsontext_free(&r->json);
	free(r);
}

/* All that is of one report. */
static void
begin(struct reading *r, const struct report_context *context,
    struct arena *arena, struct report *report, struct findings *findings)
{
	r->context = context;
	r->arena = arena;
	r->report = report;
	r->findings = findings;
	r->policy = r->failure = READING_NOWHERE;
	r->rank = 0;
	r->refusal.code = CODE_NONE;
	r->lines = MEMBER_STRINGS_MAX;
	r->conversions = CONVERSIONS;
	content_begin(&r->content);
	*report = (struct report){ 0 };
}

int
report_parse(struct reading *r, struct span text,
    const struct report_context *context, struct arena *arena,
    struct report *report, struct findings *findings)
{
	size_t before = findings->n;
	int rc;

	begin(r, context, arena, report, findings);
	if ((rc = scan(r, text)) == 0 && (rc = read_report(r)) == -1)
		findings_reject(
		    findings, r->refusal.code, "%s", r->refusal.where);
	if (rc == -1) /* a refusal stands alone */
		findings->n = before;
	return rc;
}
