#ifndef REPORT_DATE_RANGE_H
#define REPORT_DATE_RANGE_H

struct json_object;
struct report_parser;

/*
 * Read the value of date-range into the report's start and end, and compare
 * them with the time of arrival (requirements R28, R46, R47).
 */
void date_range_read(struct report_parser *, struct json_object *range);

#endif
