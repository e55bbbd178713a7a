#ifndef REPORT_POLICIES_H
#define REPORT_POLICIES_H

struct json_object;
struct report_parser;

/*
 * Read the elements of policies into the report (requirements R31 to R45).
 * `policies` is that member's value, which json-c got without its elements:
 * they are pieces of their own.
 */
void policies_read(struct report_parser *, struct json_object *policies);

#endif
