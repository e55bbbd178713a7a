#include <string.h>

#include "base/arena.h"
#include "base/span.h"
#include "codes/codes.h"
#include "codes/result_types.h"
#include "json/json_piece.h"
#include "model/tls_report.h"
#include "report/content_digest.h"
#include "report/failure_details.h"
#include "report/host_name.h"
#include "report/kept_text.h"
#include "report/member_values.h"
#include "report/members.h"
#include "report/report_parser.h"
#include "report/session_count.h"

/* A registered type (RFC 8460 §6.6) is put in lower case; others stay as sent.
 */
static void
read_result(
    struct report_parser *rp, struct json_object *detail, struct failure *f)
{
	struct span s = member_digested(
	    rp, 39, member_of(detail, MEMBER_RESULT), MEMBER_RESULT);
	const struct result_type *known = result_type_find(s);

	f->side = known != NULL ? known->side : "unclear";
	if (known != NULL) {
		f->result_type = known->name;
		if (!span_is(s, known->name))
			warn_of(rp, CODE_VALUE_CASE, MEMBER_RESULT);
		return;
	}
	f->result_type = keep_type(rp, s, MEMBER_RESULT);
	warn_of(rp,
	    s.n > 0 ? CODE_UNKNOWN_RESULT_TYPE : CODE_RESULT_TYPE_MISSING,
	    MEMBER_RESULT);
}

static const char *
read_ip(struct report_parser *rp, struct json_object *detail, enum member m)
{
	struct span s =
	    member_digested(rp, 40, member_optional(rp, detail, m), m);
	char text[NAME_IP_TEXT];
	unsigned deviation;

	if (s.n == 0)
		return "";
	if (name_ip(s, text, &deviation) == -1) {
		warn_of(rp, CODE_IP_INVALID, m);
		return keep_name(rp, s, m);
	}
	if (deviation != 0)
		warn_of(rp, CODE_IP_FORMAT, m);
	return arena_strdup(rp->arena, text);
}

/* Whether `s` could be a link: it has a web scheme, a host and no blanks. */
static bool
is_web_uri(struct span s)
{
	struct span rest;
	size_t i;

	if (span_begins_nocase(s, "https://"))
		rest = span_skip(s, strlen("https://"));
	else if (span_begins_nocase(s, "http://"))
		rest = span_skip(s, strlen("http://"));
	else
		return false;
	for (i = 0; i < rest.n; i++)
		if ((unsigned char)rest.p[i] <= ' ' || rest.p[i] == 0x7f)
			return false;
	return rest.n > 0 && strchr("/?#", rest.p[0]) == NULL;
}

static const char *
read_information(struct report_parser *rp, struct json_object *detail)
{
	struct json_object *value =
	    member_or_alias(rp, detail, MEMBER_INFORMATION, MEMBER_INFO_URI);
	struct span s;

	if (json_object_is_type(value, json_type_object) ||
	    json_object_is_type(value, json_type_array)) {
		warn_of(rp, CODE_INFORMATION_NOT_TEXT, MEMBER_INFORMATION);
		content_object(&rp->content, MEMBER_INFORMATION);
		return "";
	}
	s = member_digested(rp, 44, value, MEMBER_INFORMATION);
	if (s.n > 0 && !is_web_uri(s))
		warn_of(rp, CODE_URI_INVALID, MEMBER_INFORMATION);
	return keep_text(rp, s, MEMBER_INFORMATION);
}

static const char *
read_mx_name(struct report_parser *rp, struct json_object *detail)
{
	struct json_object *value =
	    member_or_alias(rp, detail, MEMBER_MX_NAME, MEMBER_MX_HOST_NAME);
	struct span s = member_digested(rp, 41, value, MEMBER_MX_NAME);

	s = span_of(keep_name(rp, s, MEMBER_MX_NAME));
	return name_host(s, rp->arena, &rp->conversions);
}

static const char *
read_helo(struct report_parser *rp, struct json_object *detail)
{
	struct json_object *value = member_optional(rp, detail, MEMBER_HELO);

	return keep_name(
	    rp, member_digested(rp, 41, value, MEMBER_HELO), MEMBER_HELO);
}

static const char *
read_reason(struct report_parser *rp, struct json_object *detail)
{
	struct json_object *value =
	    member_or_alias(rp, detail, MEMBER_REASON, MEMBER_ERROR_CODE);

	return keep_lines(
	    rp, member_digested(rp, 45, value, MEMBER_REASON), MEMBER_REASON);
}

static void
read_failure(
    struct report_parser *rp, struct json_object *detail, struct failure *f)
{
	content_object(&rp->content, MEMBER_FAILURES);
	read_result(rp, detail, f);
	f->sending_mta_ip = read_ip(rp, detail, MEMBER_SENDING_IP);
	f->receiving_ip = read_ip(rp, detail, MEMBER_RECEIVING_IP);
	f->receiving_mx_hostname = read_mx_name(rp, detail);
	f->receiving_mx_helo = read_helo(rp, detail);
	f->failed_sessions = session_count(
	    rp, 42, member_of(detail, MEMBER_SESSIONS), MEMBER_SESSIONS);
	f->additional_information = read_information(rp, detail);
	f->failure_reason_code = read_reason(rp, detail);
}

/* Failure detail number `piece`, which json-c reads by itself. */
static void
read_piece(struct report_parser *rp, size_t piece, struct policy *p)
{
	struct json_object *detail;

	if (json_piece_is_null(&rp->pieces, piece)) {
		warn_of(rp, CODE_NULL_FIELD, MEMBER_ROOT);
	} else if (!json_piece_is_object(&rp->pieces, piece)) {
		refuse_form(rp, 38, CODE_FIELD_TYPE, MEMBER_ROOT);
	} else {
		digest_piece(rp, piece);
		detail = json_piece_read(&rp->json, &rp->pieces, piece);
		read_failure(rp, detail, &p->failures[p->n_failures++]);
		json_object_put(detail);
	}
}

static void
read_array(struct report_parser *rp, size_t of_policy, struct policy *p)
{
	const struct json_piece *whole = &rp->pieces.piece[of_policy];
	size_t i, count = whole->next - of_policy - 1;

	if (whole->too_many)
		refuse_form(rp, 25, CODE_TOO_MANY_FAILURES, MEMBER_FAILURES);
	content_array(&rp->content, MEMBER_FAILURES, count);
	p->failures = arena_alloc(rp->arena, count * sizeof *p->failures);
	for (i = 0; i < count; i++) {
		rp->failure = i;
		read_piece(rp, of_policy + 1 + i, p);
	}
	rp->failures += count;
	rp->failure = NOT_INSIDE;
}

/* A failure detail that is no array, which stands in the policy's piece. */
static void
read_alone(
    struct report_parser *rp, struct json_object *detail, struct policy *p)
{
	warn_of(rp, CODE_ARRAY_EXPECTED, MEMBER_FAILURES);
	rp->failure = 0;
	p->failures = arena_alloc(rp->arena, sizeof *p->failures);
	p->n_failures = 1;
	read_failure(rp, detail, p->failures);
	rp->failures++;
	rp->failure = NOT_INSIDE;
}

void
failure_details_read(struct report_parser *rp, struct json_object *element,
    size_t of_policy, struct policy *p)
{
	struct json_object *value =
	    member_optional(rp, element, MEMBER_FAILURES);

	if (value == NULL)
		return;
	if (json_object_is_type(value, json_type_array))
		read_array(rp, of_policy, p);
	else if (json_object_is_type(value, json_type_object))
		read_alone(rp, value, p);
	else
		refuse_form(rp, 38, CODE_FIELD_TYPE, MEMBER_FAILURES);
}
