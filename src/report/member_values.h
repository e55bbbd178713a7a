#ifndef REPORT_MEMBER_VALUES_H
#define REPORT_MEMBER_VALUES_H

#include <stdbool.h>
#include <json-c/json_object.h>

#include "base/span.h"
#include "report/members.h"

struct report_parser;

/*
 * The values of members of an object that json-c read.  NULL stands for one
 * that is absent or null.
 */
static inline struct json_object *
member_of(struct json_object *object, enum member m)
{
	return json_object_object_get(object, member_name(m));
}

/* The same; a null adds the warning null-field. */
struct json_object *member_optional(
    struct report_parser *, struct json_object *object, enum member);

/*
 * The same for a member that also goes by the name of `alias`, which counts
 * where the member itself is absent or null, and adds the warning alias-key.
 */
struct json_object *member_or_alias(struct report_parser *,
    struct json_object *object, enum member, enum member alias);

/*
 * The text of a value that has to be a string; anything else is refused under
 * the requirement.  Empty for NULL.  It lives as long as the value.
 */
struct span member_string(struct report_parser *, unsigned requirement,
    struct json_object *value, enum member);

/* The same; a value that is not NULL goes into the digest of the content. */
struct span member_digested(struct report_parser *, unsigned requirement,
    struct json_object *value, enum member);

#endif
