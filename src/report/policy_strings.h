#ifndef REPORT_POLICY_STRINGS_H
#define REPORT_POLICY_STRINGS_H

struct json_object;
struct policy;
struct report_parser;

/*
 * Read policy-string, or mx-host, of the object `policy` (requirements R34 and
 * R36) into `p`.  Either may be one string with lines where an array of strings
 * is due.
 */
void policy_strings_read(
    struct report_parser *, struct json_object *policy, struct policy *p);
void mx_hosts_read(
    struct report_parser *, struct json_object *policy, struct policy *p);

#endif
