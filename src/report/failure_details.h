#ifndef REPORT_FAILURE_DETAILS_H
#define REPORT_FAILURE_DETAILS_H

#include <stddef.h>

struct json_object;
struct policy;
struct report_parser;

/*
 * Read the failure details of an element of policies, which is piece number
 * `of_policy` of the text, into `policy` (requirements R38 to R45).
 */
void failure_details_read(struct report_parser *, struct json_object *element,
    size_t of_policy, struct policy *policy);

#endif
