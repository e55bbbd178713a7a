#ifndef REPORT_MEMBERS_H
#define REPORT_MEMBERS_H

/*
 * The members of a report that are known (RFC 8460 §4.4), with the names that
 * drafts and placeholders gave some of them.  The numbers go into the digest
 * of the content, which stores keep: never change them.
 */
enum member {
	MEMBER_ROOT = 0, /* the object that is looked at itself */

	MEMBER_ORGANIZATION = 1,
	MEMBER_DATE_RANGE = 2,
	MEMBER_START = 3,
	MEMBER_END = 4,
	MEMBER_CONTACT = 5,
	MEMBER_REPORT_ID = 6,
	MEMBER_POLICIES = 7,

	MEMBER_POLICY = 8,
	MEMBER_TYPE = 9,
	MEMBER_STRING = 10,
	MEMBER_DOMAIN = 11,
	MEMBER_MX_HOST = 12,
	MEMBER_MX_HOST_PATTERN = 13, /* another name of MEMBER_MX_HOST */
	MEMBER_SUMMARY = 14,
	MEMBER_SUCCESSFUL = 15,
	MEMBER_FAILED = 16,

	MEMBER_FAILURES = 17,
	MEMBER_RESULT = 18,
	MEMBER_SENDING_IP = 19,
	MEMBER_RECEIVING_IP = 20,
	MEMBER_MX_NAME = 21,
	MEMBER_MX_HOST_NAME = 22, /* another name of MEMBER_MX_NAME */
	MEMBER_HELO = 23,
	MEMBER_SESSIONS = 24,
	MEMBER_INFORMATION = 25,
	MEMBER_INFO_URI = 26, /* another name of MEMBER_INFORMATION */
	MEMBER_REASON = 27,
	MEMBER_ERROR_CODE = 28, /* another name of MEMBER_REASON */

	MEMBER_COUNT
};

/* The member's name in JSON: "mx-host". */
const char *member_name(enum member);

/*
 * The name of the object that the member stands in, with a dot: "policy.".
 * "" when that is the report, an element of policies, or a failure detail.
 */
const char *member_parent(enum member);

#endif
