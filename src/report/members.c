#include <string.h>

#include "report/members.h"

#define NAME(literal)                          \
	{                                      \
		(literal), sizeof(literal) - 1 \
	}
#define END_OF_SHAPE                \
	{                           \
		.name = { NULL, 0 } \
	}

static const struct jsontext_shape date_range[] = {
	{ .name = NAME("start-datetime"), .member = MEMBER_START },
	{ .name = NAME("end-datetime"), .member = MEMBER_END },
	END_OF_SHAPE,
};

static const struct jsontext_shape policy[] = {
	{ .name = NAME("policy-type"), .member = MEMBER_TYPE },
	{ .name = NAME("policy-string"),
	    .member = MEMBER_STRING,
	    .elements = MEMBER_STRINGS_MAX },
	{ .name = NAME("policy-domain"), .member = MEMBER_DOMAIN },
	{ .name = NAME("mx-host"),
	    .member = MEMBER_MX_HOST,
	    .elements = MEMBER_STRINGS_MAX },
	{ .name = NAME("mx-host-pattern"),
	    .member = MEMBER_MX_HOST_PATTERN,
	    .elements = MEMBER_STRINGS_MAX },
	END_OF_SHAPE,
};

static const struct jsontext_shape summary[] = {
	{ .name = NAME("total-successful-session-count"),
	    .member = MEMBER_SUCCESSFUL },
	{ .name = NAME("total-failure-session-count"),
	    .member = MEMBER_FAILED },
	END_OF_SHAPE,
};

static const struct jsontext_shape failure[] = {
	{ .name = NAME("result-type"), .member = MEMBER_RESULT },
	{ .name = NAME("sending-mta-ip"), .member = MEMBER_SENDING_IP },
	{ .name = NAME("receiving-ip"), .member = MEMBER_RECEIVING_IP },
	{ .name = NAME("receiving-mx-hostname"), .member = MEMBER_MX_NAME },
	{ .name = NAME("receiving-mx-host-name"),
	    .member = MEMBER_MX_HOST_NAME },
	{ .name = NAME("receiving-mx-helo"), .member = MEMBER_HELO },
	{ .name = NAME("failed-session-count"), .member = MEMBER_SESSIONS },
	{ .name = NAME("additional-information"),
	    .member = MEMBER_INFORMATION },
	{ .name = NAME("additional-info-uri"), .member = MEMBER_INFO_URI },
	{ .name = NAME("failure-reason-code"), .member = MEMBER_REASON },
	{ .name = NAME("failure-error-code"), .member = MEMBER_ERROR_CODE },
	END_OF_SHAPE,
};

void
members_shapes(struct members_shapes *s, const struct limits *limits)
{
	const struct jsontext_shape of_policy[] = {
		{ .name = NAME("policy"),
		    .member = MEMBER_POLICY,
		    .inside = policy },
		{ .name = NAME("summary"),
		    .member = MEMBER_SUMMARY,
		    .inside = summary },
		{ .name = NAME("failure-details"),
		    .member = MEMBER_FAILURES,
		    .inside = failure,
		    .elements = limits->failures },
		END_OF_SHAPE,
	};
	const struct jsontext_shape root[] = {
		{ .name = NAME("organization-name"),
		    .member = MEMBER_ORGANIZATION },
		{ .name = NAME("date-range"),
		    .member = MEMBER_DATE_RANGE,
		    .inside = date_range },
		{ .name = NAME("contact-info"), .member = MEMBER_CONTACT },
		{ .name = NAME("report-id"), .member = MEMBER_REPORT_ID },
		{ .name = NAME("policies"),
		    .member = MEMBER_POLICIES,
		    .inside = s->policy,
		    .elements = limits->policies },
		END_OF_SHAPE,
	};

	_Static_assert(sizeof root == sizeof s->root, "members of a report");
	_Static_assert(
	    sizeof of_policy == sizeof s->policy, "members of a policy");
	s->whole = (struct jsontext_shape){ .inside = s->root };
	memcpy(s->root, root, sizeof root);
	memcpy(s->policy, of_policy, sizeof of_policy);
}

const char *
member_path(enum member m)
{
	static const char *const paths[MEMBER_COUNT] = {
		[MEMBER_ROOT] = "",
		[MEMBER_ORGANIZATION] = "organization-name",
		[MEMBER_DATE_RANGE] = "date-range",
		[MEMBER_START] = "date-range.start-datetime",
		[MEMBER_END] = "date-range.end-datetime",
		[MEMBER_CONTACT] = "contact-info",
		[MEMBER_REPORT_ID] = "report-id",
		[MEMBER_POLICIES] = "policies",
		[MEMBER_POLICY] = "policy",
		[MEMBER_TYPE] = "policy.policy-type",
		[MEMBER_STRING] = "policy.policy-string",
		[MEMBER_DOMAIN] = "policy.policy-domain",
		[MEMBER_MX_HOST] = "policy.mx-host",
		[MEMBER_MX_HOST_PATTERN] = "policy.mx-host-pattern",
		[MEMBER_SUMMARY] = "summary",
		[MEMBER_SUCCESSFUL] = "summary.total-successful-session-count",
		[MEMBER_FAILED] = "summary.total-failure-session-count",
		[MEMBER_FAILURES] = "failure-details",
		[MEMBER_RESULT] = "result-type",
		[MEMBER_SENDING_IP] = "sending-mta-ip",
		[MEMBER_RECEIVING_IP] = "receiving-ip",
		[MEMBER_MX_NAME] = "receiving-mx-hostname",
		[MEMBER_MX_HOST_NAME] = "receiving-mx-host-name",
		[MEMBER_HELO] = "receiving-mx-helo",
		[MEMBER_SESSIONS] = "failed-session-count",
		[MEMBER_INFORMATION] = "additional-information",
		[MEMBER_INFO_URI] = "additional-info-uri",
		[MEMBER_REASON] = "failure-reason-code",
		[MEMBER_ERROR_CODE] = "failure-error-code",
	};

	return paths[m];
}

const struct jsontext_node *
members_first(const struct jsontext *t, const struct jsontext_node *array)
{
	uint32_t first = (uint32_t)(array - t->node) + 1;

	return first < array->next ? &t->node[first] : NULL;
}

const struct jsontext_node *
members_next(const struct jsontext *t, const struct jsontext_node *array,
    const struct jsontext_node *element)
{
	return element->next < array->next ? &t->node[element->next] : NULL;
}

void
members_of(const struct jsontext *t, const struct jsontext_node *node,
    struct members *m)
{
	const struct jsontext_node *n;

	memset(m, 0, sizeof *m);
	if (node == NULL || node->type != JSONTEXT_OBJECT)
		return;
	for (n = members_first(t, node); n != NULL;
	     n = members_next(t, node, n))
		m->of[n->member] = n;
}

bool
member_given(const struct jsontext_node *n)
{
	return n != NULL && n->type != JSONTEXT_NULL;
}

const struct jsontext_node *
member_or_alias(const struct members *m, enum member name, enum member alias)
{
	if (!member_given(m->of[name]) && member_given(m->of[alias]))
		return m->of[alias];
	return m->of[name];
}
