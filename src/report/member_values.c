#include <stddef.h>

#include "base/span.h"
#include "codes/codes.h"
#include "report/content_digest.h"
#include "report/member_values.h"
#include "report/members.h"
#include "report/report_parser.h"

struct json_object *
member_optional(
    struct report_parser *rp, struct json_object *object, enum member m)
{
	struct json_object *value;

	if (json_object_object_get_ex(object, member_name(m), &value) &&
	    value == NULL)
		warn_of(rp, CODE_NULL_FIELD, m);
	return value;
}

struct json_object *
member_or_alias(struct report_parser *rp, struct json_object *object,
    enum member m, enum member alias)
{
	struct json_object *value = member_optional(rp, object, m);

	if (value != NULL)
		return value;
	if ((value = member_optional(rp, object, alias)) != NULL)
		warn_of(rp, CODE_ALIAS_KEY, alias);
	return value;
}

struct span
member_string(struct report_parser *rp, unsigned requirement,
    struct json_object *value, enum member m)
{
	if (value == NULL)
		return span_of("");
	if (!json_object_is_type(value, json_type_string)) {
		refuse_form(rp, requirement, CODE_FIELD_TYPE, m);
		return span_of("");
	}
	return (struct span){ json_object_get_string(value),
		(size_t)json_object_get_string_len(value) };
}

struct span
member_digested(struct report_parser *rp, unsigned requirement,
    struct json_object *value, enum member m)
{
	struct span s = member_string(rp, requirement, value, m);

	if (value != NULL)
		content_string(&rp->content, m, s);
	return s;
}
