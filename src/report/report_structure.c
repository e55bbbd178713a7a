#include "report/reading.h"

/*
 * What a report must have before its values are looked at: requirements R25
 * to R45, whose numbers are the ranks.
 */
static void
refuse(struct reading *r, unsigned rank, enum code code, enum member m)
{
	reading_refuse(r, rank, code, m);
}

/* An optional string. */
static void
check_string(struct reading *r, unsigned rank, const struct jsontext_node *n,
    enum member m)
{
	if (member_given(n) && n->type != JSONTEXT_STRING)
		refuse(r, rank, CODE_FIELD_TYPE, m);
}

/* A string that is part of the identity, so that it cannot be cut. */
static void
check_identity(struct reading *r, unsigned rank, const struct jsontext_node *n,
    enum member m)
{
	check_string(r, rank, n, m);
	if (n != NULL && n->type == JSONTEXT_STRING &&
	    n->len > READING_TEXT_MAX &&
	    jsontext_unescape(jsontext_raw(&r->json, n), NULL) >
		READING_TEXT_MAX)
		refuse(r, rank, CODE_FIELD_TYPE, m);
}

/* A string, or an array of strings. */
static void
check_list(struct reading *r, unsigned rank, const struct jsontext_node *n,
    enum member m)
{
	const struct jsontext_node *e;

	if (!member_given(n) || n->type == JSONTEXT_STRING)
		return;
	if (n->type != JSONTEXT_ARRAY) {
		refuse(r, rank, CODE_FIELD_TYPE, m);
		return;
	}
	for (e = members_first(&r->json, n); e != NULL;
	     e = members_next(&r->json, n, e))
		check_string(r, rank, e, m);
}

/* The inside of a string: one digit or more, be they escaped, nothing else. */
static bool
is_digits(struct span raw)
{
	size_t i, len;
	char c[4];

	for (i = 0; i < raw.n; i += len) {
		len = raw.p[i] != '\\' ? 1 : raw.p[i + 1] != 'u' ? 2 : 6;
		if (jsontext_unescape((struct span){ raw.p + i, len }, c) != 1)
			return false;
		if (c[0] < '0' || c[0] > '9')
			return false;
	}
	return raw.n > 0;
}

static void
check_count(struct reading *r, unsigned rank, const struct jsontext_node *n,
    enum member m)
{
	if (!member_given(n) || n->type == JSONTEXT_NUMBER)
		return;
	if (n->type != JSONTEXT_STRING || !is_digits(jsontext_raw(&r->json, n)))
		refuse(r, rank, CODE_FIELD_TYPE, m);
}

static void
check_failure(struct reading *r, const struct jsontext_node *node)
{
	struct members m;

	if (!member_given(node))
		return;
	if (node->type != JSONTEXT_OBJECT) {
		refuse(r, 38, CODE_FIELD_TYPE, MEMBER_ROOT);
		return;
	}
	members_of(&r->json, node, &m);
	check_string(r, 39, m.of[MEMBER_RESULT], MEMBER_RESULT);
	check_string(r, 40, m.of[MEMBER_SENDING_IP], MEMBER_SENDING_IP);
	check_string(r, 40, m.of[MEMBER_RECEIVING_IP], MEMBER_RECEIVING_IP);
	check_string(r, 41,
	    member_or_alias(&m, MEMBER_MX_NAME, MEMBER_MX_HOST_NAME),
	    MEMBER_MX_NAME);
	check_string(r, 41, m.of[MEMBER_HELO], MEMBER_HELO);
	check_count(r, 42, m.of[MEMBER_SESSIONS], MEMBER_SESSIONS);
	check_string(r, 44,
	    member_or_alias(&m, MEMBER_INFORMATION, MEMBER_INFO_URI),
	    MEMBER_INFORMATION);
	check_string(r, 45,
	    member_or_alias(&m, MEMBER_REASON, MEMBER_ERROR_CODE),
	    MEMBER_REASON);
}

/* An array of failure details, or one of them alone; returns how many. */
static size_t
check_failures(struct reading *r, const struct jsontext_node *n)
{
	const struct jsontext_node *e;
	size_t count = 0;

	if (!member_given(n))
		return 0;
	if (n->type != JSONTEXT_ARRAY && n->type != JSONTEXT_OBJECT) {
		refuse(r, 38, CODE_FIELD_TYPE, MEMBER_FAILURES);
		return 0;
	}
	if (n->cut)
		refuse(r, 25, CODE_TOO_MANY_FAILURES, MEMBER_FAILURES);
	if (n->type == JSONTEXT_OBJECT) {
		r->failure = 0;
		check_failure(r, n);
		r->failure = READING_NOWHERE;
		return 1;
	}
	for (e = members_first(&r->json, n); e != NULL;
	     e = members_next(&r->json, n, e)) {
		r->failure = count++;
		check_failure(r, e);
	}
	r->failure = READING_NOWHERE;
	return count;
}

static void
check_policy_object(struct reading *r, const struct jsontext_node *node)
{
	struct members m;

	if (!member_given(node)) {
		refuse(r, 32, CODE_POLICY_MISSING, MEMBER_POLICY);
		return;
	}
	if (node->type != JSONTEXT_OBJECT) {
		refuse(r, 32, CODE_FIELD_TYPE, MEMBER_POLICY);
		return;
	}
	members_of(&r->json, node, &m);
	if (!member_given(m.of[MEMBER_TYPE]))
		refuse(r, 33, CODE_POLICY_TYPE_MISSING, MEMBER_TYPE);
	check_string(r, 33, m.of[MEMBER_TYPE], MEMBER_TYPE);
	check_list(r, 34, m.of[MEMBER_STRING], MEMBER_STRING);
	check_string(r, 35, m.of[MEMBER_DOMAIN], MEMBER_DOMAIN);
	check_list(r, 36,
	    member_or_alias(&m, MEMBER_MX_HOST, MEMBER_MX_HOST_PATTERN),
	    MEMBER_MX_HOST);
}

static void
check_summary(struct reading *r, const struct jsontext_node *node)
{
	struct members m;

	if (!member_given(node)) {
		refuse(r, 37, CODE_SUMMARY_MISSING, MEMBER_SUMMARY);
		return;
	}
	if (node->type != JSONTEXT_OBJECT) {
		refuse(r, 37, CODE_FIELD_TYPE, MEMBER_SUMMARY);
		return;
	}
	members_of(&r->json, node, &m);
	check_count(r, 37, m.of[MEMBER_SUCCESSFUL], MEMBER_SUCCESSFUL);
	check_count(r, 37, m.of[MEMBER_FAILED], MEMBER_FAILED);
}

/* One element of policies; returns how many failure details it has. */
static size_t
check_policy(struct reading *r, const struct jsontext_node *node)
{
	struct members m;

	if (!member_given(node))
		return 0;
	if (node->type != JSONTEXT_OBJECT) {
		refuse(r, 31, CODE_FIELD_TYPE, MEMBER_ROOT);
		return 0;
	}
	members_of(&r->json, node, &m);
	check_policy_object(r, m.of[MEMBER_POLICY]);
	check_summary(r, m.of[MEMBER_SUMMARY]);
	return check_failures(r, m.of[MEMBER_FAILURES]);
}

static void
check_policies(struct reading *r, const struct jsontext_node *policies)
{
	const struct jsontext_node *e;
	size_t failures = 0, i = 0;

	if (!member_given(policies)) {
		refuse(r, 31, CODE_POLICIES_MISSING, MEMBER_POLICIES);
		return;
	}
	if (policies->type != JSONTEXT_ARRAY) {
		refuse(r, 31, CODE_POLICIES_NOT_ARRAY, MEMBER_POLICIES);
		return;
	}
	if (policies->cut)
		refuse(r, 25, CODE_TOO_MANY_POLICIES, MEMBER_POLICIES);
	for (e = members_first(&r->json, policies); e != NULL;
	     e = members_next(&r->json, policies, e)) {
		r->policy = i++;
		failures += check_policy(r, e);
	}
	r->policy = READING_NOWHERE;
	if (failures > r->context->limits->failures)
		refuse(r, 25, CODE_TOO_MANY_FAILURES, MEMBER_POLICIES);
}

static void
check_range(struct reading *r, const struct jsontext_node *range)
{
	struct members m;

	if (!member_given(range)) {
		refuse(r, 28, CODE_DATE_RANGE_MISSING, MEMBER_DATE_RANGE);
		return;
	}
	if (range->type != JSONTEXT_OBJECT) {
		refuse(r, 28, CODE_FIELD_TYPE, MEMBER_DATE_RANGE);
		return;
	}
	members_of(&r->json, range, &m);
	if (!member_given(m.of[MEMBER_START]))
		refuse(r, 28, CODE_DATE_RANGE_MISSING, MEMBER_START);
	if (!member_given(m.of[MEMBER_END]))
		refuse(r, 28, CODE_DATE_RANGE_MISSING, MEMBER_END);
	check_string(r, 28, m.of[MEMBER_START], MEMBER_START);
	check_string(r, 28, m.of[MEMBER_END], MEMBER_END);
}

int
structure_check(struct reading *r)
{
	struct members m;

	if (r->json.node[0].type != JSONTEXT_OBJECT)
		return reading_refuse(r, 0, CODE_NOT_OBJECT, MEMBER_ROOT);
	members_of(&r->json, &r->json.node[0], &m);
	check_identity(r, 27, m.of[MEMBER_ORGANIZATION], MEMBER_ORGANIZATION);
	check_range(r, m.of[MEMBER_DATE_RANGE]);
	check_string(r, 29, m.of[MEMBER_CONTACT], MEMBER_CONTACT);
	check_identity(r, 30, m.of[MEMBER_REPORT_ID], MEMBER_REPORT_ID);
	check_policies(r, m.of[MEMBER_POLICIES]);
	return r->refusal.code == CODE_NONE ? 0 : -1;
}
