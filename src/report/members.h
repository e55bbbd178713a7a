#ifndef REPORT_MEMBERS_H
#define REPORT_MEMBERS_H

#include <stddef.h>

#include "model/limits.h"
#include "json/jsontext.h"

/*
 * The members of a report that are known (RFC 8460 §4.4), with the names that
 * drafts and placeholders gave some of them.  The numbers are part of what the
 * content's digest is made of, which stores keep: never change them.
 */
enum member {
	MEMBER_ROOT = 0,

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
	MEMBER_MX_HOST_PATTERN = 13, /* MEMBER_MX_HOST */
	MEMBER_SUMMARY = 14,
	MEMBER_SUCCESSFUL = 15,
	MEMBER_FAILED = 16,

	MEMBER_FAILURES = 17,
	MEMBER_RESULT = 18,
	MEMBER_SENDING_IP = 19,
	MEMBER_RECEIVING_IP = 20,
	MEMBER_MX_NAME = 21,
	MEMBER_MX_HOST_NAME = 22, /* MEMBER_MX_NAME */
	MEMBER_HELO = 23,
	MEMBER_SESSIONS = 24,
	MEMBER_INFORMATION = 25,
	MEMBER_INFO_URI = 26, /* MEMBER_INFORMATION */
	MEMBER_REASON = 27,
	MEMBER_ERROR_CODE = 28, /* MEMBER_REASON */

	MEMBER_COUNT
};

enum {
	/* strings of all policies' policy-string, or mx-host, together */
	MEMBER_STRINGS_MAX = 100000
};

/* The shapes to scan a report with; some of them depend on limits. */
struct members_shapes {
	struct jsontext_shape whole, root[6], policy[4];
};

void members_shapes(struct members_shapes *, const struct limits *);

/* Where the member stands, below the object it is told of: "policy.mx-host". */
const char *member_path(enum member);

/* The value of each recorded member of an object; NULL: absent. */
struct members {
	const struct jsontext_node *of[MEMBER_COUNT];
};

/*
 * The members of the object at `node`, which may be NULL (or no object): it
 * has none then.
 */
void members_of(
    const struct jsontext *, const struct jsontext_node *, struct members *);

/* The first thing recorded inside of an array, and the one after it; or NULL.
 */
const struct jsontext_node *members_first(
    const struct jsontext *, const struct jsontext_node *array);
const struct jsontext_node *members_next(const struct jsontext *,
    const struct jsontext_node *array, const struct jsontext_node *element);

/* The value is there and is not null. */
bool member_given(const struct jsontext_node *);

/*
 * The member, or where it is not given the one with the name that stands for
 * it (RFC 8460 has members whose placeholders look like names).
 */
const struct jsontext_node *member_or_alias(
    const struct members *, enum member, enum member alias);

#endif
