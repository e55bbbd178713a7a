#ifndef REPORT_KEPT_TEXT_H
#define REPORT_KEPT_TEXT_H

#include "base/span.h"
#include "report/members.h"

struct report_parser;

enum {
	KEPT_TEXT = 4096, /* bytes of a string that are kept */
	KEPT_NAME = 255,  /* of the name of an organization, host or contact */
	KEPT_TYPE = 64	  /* of a policy type or result type */
};

/*
 * A copy of the string `s` of a member in the report's arena; without its end,
 * and with the warning text-truncated, when it is longer than its kind allows.
 * Warns of control characters and the like (text-unsafe), which are kept.  In
 * lines TAB, CR and LF are no such characters.
 */
const char *keep_text(struct report_parser *, struct span s, enum member);
const char *keep_lines(struct report_parser *, struct span s, enum member);
const char *keep_name(struct report_parser *, struct span s, enum member);
const char *keep_type(struct report_parser *, struct span s, enum member);

#endif
