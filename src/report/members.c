#include "report/members.h"

static const struct {
	const char *parent, *name;
} members[MEMBER_COUNT] = {
	[MEMBER_ROOT] = { "", "" },
	[MEMBER_ORGANIZATION] = { "", "organization-name" },
	[MEMBER_DATE_RANGE] = { "", "date-range" },
	[MEMBER_START] = { "date-range.", "start-datetime" },
	[MEMBER_END] = { "date-range.", "end-datetime" },
	[MEMBER_CONTACT] = { "", "contact-info" },
	[MEMBER_REPORT_ID] = { "", "report-id" },
	[MEMBER_POLICIES] = { "", "policies" },
	[MEMBER_POLICY] = { "", "policy" },
	[MEMBER_TYPE] = { "policy.", "policy-type" },
	[MEMBER_STRING] = { "policy.", "policy-string" },
	[MEMBER_DOMAIN] = { "policy.", "policy-domain" },
	[MEMBER_MX_HOST] = { "policy.", "mx-host" },
	[MEMBER_MX_HOST_PATTERN] = { "policy.", "mx-host-pattern" },
	[MEMBER_SUMMARY] = { "", "summary" },
	[MEMBER_SUCCESSFUL] = { "summary.", "total-successful-session-count" },
	[MEMBER_FAILED] = { "summary.", "total-failure-session-count" },
	[MEMBER_FAILURES] = { "", "failure-details" },
	[MEMBER_RESULT] = { "", "result-type" },
	[MEMBER_SENDING_IP] = { "", "sending-mta-ip" },
	[MEMBER_RECEIVING_IP] = { "", "receiving-ip" },
	[MEMBER_MX_NAME] = { "", "receiving-mx-hostname" },
	[MEMBER_MX_HOST_NAME] = { "", "receiving-mx-host-name" },
	[MEMBER_HELO] = { "", "receiving-mx-helo" },
	[MEMBER_SESSIONS] = { "", "failed-session-count" },
	[MEMBER_INFORMATION] = { "", "additional-information" },
	[MEMBER_INFO_URI] = { "", "additional-info-uri" },
	[MEMBER_REASON] = { "", "failure-reason-code" },
	[MEMBER_ERROR_CODE] = { "", "failure-error-code" },
};

const char *
member_name(enum member m)
{
	return members[m].name;
}

const char *
member_parent(enum member m)
{
	return members[m].parent;
}
