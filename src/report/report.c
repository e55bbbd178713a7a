#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/hex.h"
#include "base/span.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "json/json_gate.h"
#include "json/json_piece.h"
#include "model/limits.h"
#include "model/tls_report.h"
#include "report/amplification.h"
#include "report/content_digest.h"
#include "report/counted_sessions.h"
#include "report/date_range.h"
#include "report/host_name.h"
#include "report/kept_text.h"
#include "report/member_values.h"
#include "report/members.h"
#include "report/policies.h"
#include "report/recipient_domain.h"
#include "report/report_parser.h"

enum {
	/* bytes, whatever the configuration says: offsets have 32 bits */
	LARGEST_TEXT = 1 << 30,
	CONVERSIONS = 1000, /* of host names from Unicode, 150 us each */
	WARNINGS_TEXT = 4096
};

/* Where in the text it breaks; line, column and byte count from 1. */
static int
refuse_text(struct findings *fs, struct span text, const struct json_fault *f)
{
	size_t line, column;

	json_place(text, f->offset, &line, &column);
	return findings_reject(fs, f->code,
	    "line %zu, column %zu, byte %zu: %s", line, column, f->offset + 1,
	    f->what);
}

/* Check the text and divide it: head, policies, failure details. */
static int
check_text(struct report_parser *rp, struct span text)
{
	static const char *const in_head[] = { "date-range", NULL };
	static const char *const in_policy[] = { "policy", "policy-string",
		"mx-host", "mx-host-pattern", "summary", "failure-details",
		NULL };
	static const char *const in_failure[] = { NULL };
	const struct limits *limits = rp->context->limits;
	const struct json_level levels[] = {
		{ NULL, 1, in_head },
		{ "policies", limits->policies, in_policy },
		{ "failure-details", limits->failures, in_failure },
	};
	struct json_fault fault;

	if (text.n > limits->report || text.n > LARGEST_TEXT)
		return findings_reject(
		    rp->findings, CODE_JSON_TOO_LARGE, "%zu bytes", text.n);
	if (json_gate(text, limits->json_depth, levels,
		sizeof levels / sizeof *levels, &rp->pieces, &fault) == -1)
		return refuse_text(rp->findings, text, &fault);
	if (rp->pieces.bom)
		findings_add(rp->findings, CODE_JSON_BOM, "byte 1");
	return 0;
}

static void
read_contact(struct report_parser *rp, struct json_object *head)
{
	struct span s = member_string(
	    rp, 29, member_of(head, MEMBER_CONTACT), MEMBER_CONTACT);
	bool valid;

	content_string(&rp->content, MEMBER_CONTACT, s);
	rp->report->contact = keep_name(rp, s, MEMBER_CONTACT);
	if (s.n == 0) {
		warn_of(rp, CODE_CONTACT_MISSING, MEMBER_CONTACT);
		rp->report->reporter_domain = "";
		return;
	}
	rp->report->reporter_domain = name_mail_domain(s, rp->arena, &valid);
	if (!valid)
		warn_of(rp, CODE_CONTACT_FORMAT, MEMBER_CONTACT);
}

/* A string of the report's identity, byte for byte: it cannot be cut. */
static struct span
read_identity(struct report_parser *rp, struct json_object *head,
    unsigned requirement, enum member m, enum code missing)
{
	struct span s = member_string(rp, requirement, member_of(head, m), m);

	if (s.n > KEPT_TEXT)
		refuse_form(rp, requirement, CODE_FIELD_TYPE, m);
	if (s.n == 0)
		warn_of(rp, missing, m);
	return s;
}

/* All members of the report but for its policies. */
static void
read_head(struct report_parser *rp, struct json_object *head)
{
	struct span s =
	    read_identity(rp, head, 27, MEMBER_ORGANIZATION, CODE_ORG_MISSING);

	content_string(&rp->content, MEMBER_ORGANIZATION, s);
	rp->report->organization = keep_name(rp, s, MEMBER_ORGANIZATION);
	date_range_read(rp, member_of(head, MEMBER_DATE_RANGE));
	read_contact(rp, head);
	s = read_identity(
	    rp, head, 30, MEMBER_REPORT_ID, CODE_REPORT_ID_MISSING);
	rp->report->report_id = keep_text(rp, s, MEMBER_REPORT_ID);
}

/* "sha256:..." of the content, for a report without report-id. */
static const char *
id_of_content(struct report_parser *rp)
{
	char text[2 * REPORT_DIGEST + 1];

	hex_format(rp->report->content, REPORT_DIGEST, text);
	return arena_printf(rp->arena, "sha256:%s", text);
}

static void
read_members(struct report_parser *rp)
{
	struct json_object *head;

	if (!json_piece_is_object(&rp->pieces, 0)) {
		refuse_form(rp, 0, CODE_NOT_OBJECT, MEMBER_ROOT);
		return;
	}
	digest_piece(rp, 0);
	head = json_piece_read(&rp->json, &rp->pieces, 0);
	read_head(rp, head);
	policies_read(rp, member_of(head, MEMBER_POLICIES));
	json_object_put(head);
	if (is_malformed(rp))
		return;
	recipient_domains_settle(rp);
	counted_sessions_settle(rp);
}

/* What is known when the whole report is read. */
static void
complete(struct report_parser *rp)
{
	struct report *report = rp->report;
	char names[WARNINGS_TEXT];

	content_end(&rp->content, span_of(report->report_id), report->body,
	    report->content);
	if (*report->report_id == '\0')
		report->report_id = id_of_content(rp);
	findings_names(rp->findings, CLASS_WARN, names, sizeof names);
	report->warnings = arena_strdup(rp->arena, names);
}

struct report_parser *
report_parser_new(void)
{
	struct report_parser *rp = xcalloc(1, sizeof *rp);

	json_reader_init(&rp->json);
	return rp;
}

void
report_parser_free(struct report_parser *rp)
{
	if (rp == NULL)
		return;
	content_free(&rp->content);
	json_reader_free(&rp->json);
	json_pieces_free(&rp->pieces);
	free(rp);
}

/* Forget what belongs to the report before. */
static void
begin(struct report_parser *rp, const struct report_context *context,
    struct arena *arena, struct report *report, struct findings *findings)
{
	rp->context = context;
	rp->arena = arena;
	rp->report = report;
	rp->findings = findings;
	rp->policy = rp->failure = NOT_INSIDE;
	rp->refusal.code = CODE_NONE;
	rp->failures = 0;
	rp->strings_left = REPORT_STRINGS_MAX;
	rp->conversions = CONVERSIONS;
	content_begin(&rp->content);
	*report = (struct report){
		.dkim = "", .dkim_domain = "", .dkim_selector = ""
	};
}

int
report_parse(struct report_parser *rp, struct span text,
    const struct report_context *context, struct arena *arena,
    struct report *report, struct findings *findings)
{
	size_t before = findings->n;

	begin(rp, context, arena, report, findings);
	if (check_text(rp, text) == 0) {
		read_members(rp);
		if (rp->refusal.code == CODE_NONE)
			amplification_settle(rp);
		if (rp->refusal.code == CODE_NONE) {
			complete(rp);
			return 0;
		}
		findings_reject(
		    findings, rp->refusal.code, "%s", rp->refusal.where);
	}
	findings->n = before; /* a refusal stands alone */
	return -1;
}
