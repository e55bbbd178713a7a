#ifndef CODES_RESULT_TYPES_H
#define CODES_RESULT_TYPES_H

#include <stddef.h>

#include "base/span.h"

/*
 * Every name that RFC 8460 gives to a policy or to a failure, with words for
 * people.
 */

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
