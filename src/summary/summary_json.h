#ifndef SUMMARY_SUMMARY_JSON_H
#define SUMMARY_SUMMARY_JSON_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json_object;
struct words;

/* What --fail-above and --min-sessions asked for. */
struct summary_alarm {
	double percent; /* below 0: --fail-above was not given */
	uint64_t min_sessions;
};

/* All of the overview as one line of JSON, of the form the manual describes. */
void summary_print_json(
    FILE *, const struct words *, const struct summary_alarm *);

/*
 * One problem, domain or sender by its place in the overview's list, as an
 * object of the same form; it belongs to the caller.  `alarm` may be NULL: then
 * the domain does not tell whether it is over it.
 */
struct json_object *json_problem(const struct words *, size_t at);
struct json_object *json_domain(
    const struct words *, size_t at, const struct summary_alarm *alarm);
struct json_object *json_sender(const struct words *, size_t at);

#endif
