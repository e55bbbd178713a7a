#ifndef CODES_CODES_H
#define CODES_CODES_H

#include <stddef.h>

#include "base/span.h"

/*
 * Every name this program gives to a deviation of a report from RFC 8460, and
 * every name the RFC gives to a policy or a failure, each in one table with
 * words for people.  The kebab-case names are stable: stores hold them.
 */
enum code {
	CODE_NONE,

	/* refused: nothing of the report is counted */
	CODE_MESSAGE_TOO_LARGE,
	CODE_MIME_MALFORMED,
	CODE_MIME_TOO_DEEP,
	CODE_NO_REPORT_PART,
	CODE_TRANSFER_ENCODING,
	CODE_GZIP_INVALID,
	CODE_GZIP_TRUNCATED,
	CODE_DECOMPRESSED_TOO_LARGE,
	CODE_ZIP_INVALID,
	CODE_UUENCODE,
	CODE_DKIM_MISSING,
	CODE_DKIM_FAIL,
	CODE_DKIM_NOT_ALIGNED,
	CODE_DKIM_BODY_LENGTH,
	CODE_DKIM_EXPIRED,
	CODE_DKIM_ALGORITHM,
	CODE_DKIM_KEY_WEAK,
	CODE_DKIM_KEY_MISSING,
	CODE_DKIM_KEY_REVOKED,
	CODE_DKIM_SYNTAX,
	CODE_HTTP_METHOD,
	CODE_HTTP_LENGTH,
	CODE_HTTP_TOO_LARGE,
	CODE_HTTP_MEDIA_TYPE,
	CODE_HTTP_BODY,
	CODE_RATE_LIMITED,
	CODE_JSON_EMPTY,
	CODE_JSON_ENCODING,
	CODE_JSON_SYNTAX,
	CODE_JSON_TRAILING_DATA,
	CODE_JSON_DUPLICATE_KEY,
	CODE_JSON_SURROGATE,
	CODE_JSON_NUL,
	CODE_JSON_TOO_DEEP,
	CODE_JSON_TOO_LARGE,
	CODE_NOT_OBJECT,
	CODE_FIELD_TYPE,
	CODE_TOO_MANY_POLICIES,
	CODE_TOO_MANY_FAILURES,
	CODE_DATE_RANGE_MISSING,
	CODE_DATE_INVALID,
	CODE_DATE_RANGE_REVERSED,
	CODE_DATE_RANGE_TOO_LONG,
	CODE_DATE_FUTURE,
	CODE_POLICIES_MISSING,
	CODE_POLICIES_NOT_ARRAY,
	CODE_POLICY_MISSING,
	CODE_POLICY_TYPE_MISSING,
	CODE_SUMMARY_MISSING,
	CODE_MIME_TOO_MANY_PARTS,
	CODE_HEADER_TOO_LARGE,
	CODE_TOO_MANY_REPORTS,
	CODE_ZIP_TOO_MANY_ENTRIES,
	CODE_ZIP_ENCRYPTED,
	CODE_JSON_TOO_MANY_NAMES,
	CODE_DOMAIN_INVALID,
	CODE_DOMAIN_NOT_OURS,
	CODE_COUNT_NEGATIVE,
	CODE_COUNT_FRACTIONAL,
	CODE_COUNT_OVERFLOW,

	/* accepted with a deviation, counted */
	CODE_REPORT_TYPE_MISSING,
	CODE_CONTAINER_ZIP,
	CODE_CONTAINER_ZLIB,
	CODE_FORWARDED,
	CODE_GZIP_MULTI_MEMBER,
	CODE_GZIP_TRAILING_DATA,
	CODE_DKIM_SERVICE_TYPE,
	CODE_DKIM_TEST_KEY,
	CODE_DKIM_RSA_SHORT,
	CODE_HEADERS_UNSIGNED,
	CODE_AUTH_RESULTS_ONLY,
	CODE_UNAUTHENTICATED,
	CODE_REPORT_ID_CONFLICT,
	CODE_REPORT_ID_REUSED,
	CODE_JSON_BOM,
	CODE_TEXT_UNSAFE,
	CODE_TEXT_TRUNCATED,
	CODE_NULL_FIELD,
	CODE_ALIAS_KEY,
	CODE_ARRAY_EXPECTED,
	CODE_ORG_MISSING,
	CODE_CONTACT_MISSING,
	CODE_CONTACT_FORMAT,
	CODE_REPORT_ID_MISSING,
	CODE_DATE_NO_TIMEZONE,
	CODE_DATE_NOT_UTC,
	CODE_DATE_FORMAT,
	CODE_DATE_RANGE_NOT_DAY,
	CODE_DATE_STALE,
	CODE_POLICIES_EMPTY,
	CODE_POLICY_DOMAIN_MISSING,
	CODE_POLICY_DOMAIN_MIXED,
	CODE_DOMAIN_NOT_ALABEL,
	CODE_DOMAIN_FORMAT,
	CODE_DOMAIN_SKIPPED,
	CODE_VALUE_CASE,
	CODE_UNKNOWN_POLICY_TYPE,
	CODE_UNKNOWN_RESULT_TYPE,
	CODE_RESULT_TYPE_MISSING,
	CODE_STRING_NOT_ARRAY,
	CODE_POLICY_STRING_NESTED,
	CODE_MX_HOST_PREFIX,
	CODE_COUNT_MISSING,
	CODE_COUNT_STRING,
	CODE_COUNT_FLOAT,
	CODE_FAILURE_COUNT_MISMATCH,
	CODE_IP_FORMAT,
	CODE_IP_INVALID,
	CODE_URI_INVALID,

	/* accepted; said by `show` alone */
	CODE_MEDIA_TYPE,
	CODE_HEADER_DOMAIN_MISSING,
	CODE_HEADER_DOMAIN_MISMATCH,
	CODE_SUBMITTER_MISSING,
	CODE_SUBMITTER_MISMATCH,
	CODE_SUBJECT_FORMAT,
	CODE_SUBJECT_MISMATCH,
	CODE_FILENAME_FORMAT,
	CODE_FILENAME_MISMATCH,
	CODE_MULTIPLE_REPORT_PARTS,
	CODE_REPORT_REPEATED,

	/* to be tried again */
	CODE_DKIM_TEMPERROR,
	CODE_DNS_TEMPERROR,

	CODE_COUNT
};

enum code_class {
	CLASS_REJECT,
	CLASS_WARN,
	CLASS_NOTE,
	CLASS_DEFER
};

struct code_entry {
	const char *name; /* "json-syntax" */
	enum code_class class;
	const char *meaning; /* one sentence: what was found */
	const char *advice;  /* one sentence: the consequence or the remedy */
	const char *section; /* "RFC 8460 §4.4", or the RFC that rules it */
};

/* The entry of a code other than CODE_NONE; never NULL. */
const struct code_entry *code_entry(enum code);

/* The code of that name, or CODE_NONE. */
enum code code_find(const char *name);

/* Policy types of RFC 8460 §4.2; others are kept as sent. */
enum policy_kind {
	POLICY_UNKNOWN,
	POLICY_TLSA,
	POLICY_STS,
	POLICY_NONE_FOUND
};

struct policy_type {
	const char *name; /* "no-policy-found" */
	enum policy_kind kind;
	const char *meaning;
};

/* The type of that name, letters folded; NULL when it is not in the RFC. */
const struct policy_type *policy_type_find(struct span name);
const struct policy_type *policy_type_at(size_t i); /* NULL past the last */

/* POLICY_UNKNOWN for a type that is not in the RFC. */
enum policy_kind policy_kind_of(const char *type);

/* A result type of the IANA registry "STARTTLS Validation Result Types". */
struct result_type {
	const char *name;  /* "certificate-expired" */
	const char *side;  /* whose fault it is: "ours", "theirs", "unclear" */
	const char *words; /* "certificate expired" */
	/* In a clause; MX and DOMAIN stand for their names, as in the next. */
	const char *brief;
	const char *look; /* one command that shows how it is now */
	const char *meaning;
	const char *causes; /* likely ones, the likeliest first */
	const char *remedy; /* what to check and to do, with commands */
	const char *section;
};

/* The type of that name, letters folded; NULL when it is not registered. */
const struct result_type *result_type_find(struct span name);
const struct result_type *result_type_at(size_t i); /* NULL past the last */

#endif
