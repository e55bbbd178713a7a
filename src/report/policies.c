#include <stdint.h>
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
#include "report/policies.h"
#include "report/policy_strings.h"
#include "report/report_parser.h"
#include "report/session_count.h"

/*
 * The policy type, which some senders put beside the policy.  One of RFC 8460
 * §4.4 is put in lower case; others stay as sent.
 */
static const char *
read_type(struct report_parser *rp, struct json_object *element,
    struct json_object *policy)
{
	struct json_object *value = member_of(policy, MEMBER_TYPE);
	const struct policy_type *known;
	struct span s;

	if (value == NULL) {
		if ((value = member_of(element, MEMBER_TYPE)) == NULL) {
			refuse_form(
			    rp, 33, CODE_POLICY_TYPE_MISSING, MEMBER_TYPE);
			return "";
		}
		warn_of(rp, CODE_POLICY_TYPE_MISPLACED, MEMBER_TYPE);
	}
	s = member_digested(rp, 33, value, MEMBER_TYPE);
	known = policy_type_find(s);
	if (known == NULL) {
		warn_of(rp, CODE_UNKNOWN_POLICY_TYPE, MEMBER_TYPE);
		return keep_type(rp, s, MEMBER_TYPE);
	}
	if (!span_is(s, known->name))
		warn_of(rp, CODE_VALUE_CASE, MEMBER_TYPE);
	return known->name;
}

/* "" when it is absent: another may take its place in the end (R35). */
static const char *
read_domain(struct report_parser *rp, struct json_object *policy)
{
	struct span s = member_string(
	    rp, 35, member_of(policy, MEMBER_DOMAIN), MEMBER_DOMAIN);
	const char *domain;
	unsigned deviation;

	if (s.n == 0) {
		warn_of(rp, CODE_POLICY_DOMAIN_MISSING, MEMBER_DOMAIN);
		return "";
	}
	content_string(&rp->content, MEMBER_DOMAIN, s);
	domain = name_domain(s, rp->arena, &deviation);
	if (domain == NULL) {
		refuse_value(rp, 35, CODE_DOMAIN_INVALID, MEMBER_DOMAIN);
		return "";
	}
	if (deviation & NAME_TRAILING_DOT)
		warn_of(rp, CODE_DOMAIN_FORMAT, MEMBER_DOMAIN);
	if (deviation & NAME_NOT_ALABEL)
		warn_of(rp, CODE_DOMAIN_NOT_ALABEL, MEMBER_DOMAIN);
	return domain;
}

/*
 * The value of a policy line "mode: VALUE" (RFC 8461 §3.2): a known one, "" for
 * an unknown one, NULL for another line.
 */
static const char *
mode_of_line(struct span line)
{
	static const char *const modes[] = { "testing", "enforce", "none" };
	size_t i;

	line = span_trim(line);
	if (!span_begins_nocase(line, "mode:"))
		return NULL;
	line = span_trim(span_skip(line, strlen("mode:")));
	for (i = 0; i < sizeof modes / sizeof *modes; i++)
		if (span_is_nocase(line, modes[i]))
			return modes[i];
	return "";
}

/* The first mode among the lines. */
static const char *
mode_of(const struct policy *p)
{
	const char *mode;
	size_t i;

	for (i = 0; i < p->n_strings; i++)
		if ((mode = mode_of_line(span_of(p->strings[i]))) != NULL)
			return mode;
	return "";
}

/*
 * Compare the failure details with the total.  Their sum may be larger, since
 * types of failure overlap (RFC 8460 §4.2).
 */
static void
check_sum(struct report_parser *rp, const struct policy *p)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < p->n_failures; i++) {
		if (p->failures[i].failed_sessions > p->failed_sessions) {
			warn_of(
			    rp, CODE_FAILURE_COUNT_MISMATCH, MEMBER_FAILURES);
			return;
		}
		sum += p->failures[i].failed_sessions;
		if (sum > INT64_MAX) {
			refuse_value(
			    rp, 43, CODE_COUNT_OVERFLOW, MEMBER_FAILURES);
			return;
		}
	}
	if (sum < p->failed_sessions)
		warn_of(rp, CODE_FAILURE_COUNT_MISMATCH, MEMBER_FAILURES);
}

static void
read_policy(
    struct report_parser *rp, struct json_object *element, struct policy *p)
{
	struct json_object *policy = member_of(element, MEMBER_POLICY);

	if (policy == NULL) {
		refuse_form(rp, 32, CODE_POLICY_MISSING, MEMBER_POLICY);
		return;
	}
	if (!json_object_is_type(policy, json_type_object)) {
		refuse_form(rp, 32, CODE_FIELD_TYPE, MEMBER_POLICY);
		return;
	}
	p->type = read_type(rp, element, policy);
	policy_strings_read(rp, policy, p);
	p->mode = mode_of(p);
	p->domain = read_domain(rp, policy);
	mx_hosts_read(rp, policy, p);
}

static void
read_summary(
    struct report_parser *rp, struct json_object *summary, struct policy *p)
{
	if (summary == NULL) {
		refuse_form(rp, 37, CODE_SUMMARY_MISSING, MEMBER_SUMMARY);
		return;
	}
	if (!json_object_is_type(summary, json_type_object)) {
		refuse_form(rp, 37, CODE_FIELD_TYPE, MEMBER_SUMMARY);
		return;
	}
	p->successful_sessions = session_count(
	    rp, 37, member_of(summary, MEMBER_SUCCESSFUL), MEMBER_SUCCESSFUL);
	p->failed_sessions = session_count(
	    rp, 37, member_of(summary, MEMBER_FAILED), MEMBER_FAILED);
}

/* An element of policies, which is piece number `piece` of the text. */
static void
read_element(struct report_parser *rp, size_t piece, struct policy *p)
{
	struct json_object *element =
	    json_piece_read(&rp->json, &rp->pieces, piece);

	*p = (struct policy){
		.type = "", .domain = "", .recipient_domain = "", .mode = ""
	};
	content_object(&rp->content, MEMBER_POLICIES);
	digest_piece(rp, piece);
	read_policy(rp, element, p);
	read_summary(rp, member_of(element, MEMBER_SUMMARY), p);
	failure_details_read(rp, element, piece, p);
	check_sum(rp, p);
	json_object_put(element);
}

/* The pieces that stand in the whole text are the elements of policies. */
static size_t
count_elements(const struct json_pieces *pieces)
{
	size_t i, count = 0;

	for (i = 1; i < pieces->n; i = pieces->piece[i].next)
		count++;
	return count;
}

static void
read_elements(struct report_parser *rp)
{
	struct report *report = rp->report;
	const struct json_pieces *pieces = &rp->pieces;
	size_t i, count = count_elements(pieces);

	content_array(&rp->content, MEMBER_POLICIES, count);
	report->policies =
	    arena_alloc(rp->arena, count * sizeof *report->policies);
	for (i = 1, rp->policy = 0; i < pieces->n;
	     i = pieces->piece[i].next, rp->policy++) {
		if (json_piece_is_null(pieces, i))
			warn_of(rp, CODE_NULL_FIELD, MEMBER_ROOT);
		else if (!json_piece_is_object(pieces, i))
			refuse_form(rp, 31, CODE_FIELD_TYPE, MEMBER_ROOT);
		else
			read_element(
			    rp, i, &report->policies[report->n_policies++]);
	}
	rp->policy = NOT_INSIDE;
	if (report->n_policies == 0)
		warn_of(rp, CODE_POLICIES_EMPTY, MEMBER_POLICIES);
}

void
policies_read(struct report_parser *rp, struct json_object *policies)
{
	if (policies == NULL) {
		refuse_form(rp, 31, CODE_POLICIES_MISSING, MEMBER_POLICIES);
		return;
	}
	if (!json_object_is_type(policies, json_type_array)) {
		refuse_form(rp, 31, CODE_POLICIES_NOT_ARRAY, MEMBER_POLICIES);
		return;
	}
	if (rp->pieces.piece[0].too_many)
		refuse_form(rp, 25, CODE_TOO_MANY_POLICIES, MEMBER_POLICIES);
	read_elements(rp);
	if (rp->failures > rp->context->limits->failures)
		refuse_form(rp, 25, CODE_TOO_MANY_FAILURES, MEMBER_POLICIES);
}
