#ifndef REPORT_SESSION_COUNT_H
#define REPORT_SESSION_COUNT_H

#include <stdint.h>

#include "report/members.h"

struct json_object;
struct report_parser;

/*
 * The session count that a value of a report is, up to 2^53 - 1; 0, with a
 * warning, for one that is absent or null (`value` NULL).  What is no count is
 * refused under the requirement.
 */
uint64_t session_count(struct report_parser *, unsigned requirement,
    struct json_object *value, enum member);

#endif
