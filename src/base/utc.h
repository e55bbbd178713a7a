#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum {
	UTC_DAY = 86400,
	UTC_TEXT = 24 /* room for any formatted time, with terminator */
};

/* How a date-time deviated from "YYYY-MM-DDTHH:MM:SSZ" (RFC 8460 §4.1). */
enum utc_deviation {
	UTC_NO_ZONE = 1, /* taken as UTC */
	UTC_OFFSET = 2,	 /* an offset other than zero, converted */
	UTC_FORMAT = 4	 /* 24:00:00, a blank for T, +0200 */
};

/*
 * An RFC 3339 date-time as seconds since 1970 UTC, with the deviations that
 * real senders show (requirement R47): a fraction is dropped, a leap second at
 * 23:59:60 UTC becomes :59, lower-case t and z are taken.  Years 1970 to 9999.
 * `*deviation` gets the or of what was overlooked.  -1 for anything else, also
 * for days that do not exist; the out-parameters are untouched then.
 */
int utc_parse(struct span text, int64_t *t, unsigned *deviation);

/* "YYYY-MM-DD" as seconds of its midnight UTC; -1 when it is no such day. */
int utc_parse_date(struct span text, int64_t *t);

/*
 * The date-time of an RFC 5322 header ("Tue, 3 Mar 2026 05:24:41 -0500"),
 * obsolete zones and comments included; -1 when it cannot be read.
 */
int utc_parse_mail(struct span text, int64_t *t);

/* "Jan" to "Dec" for 1 to 12. */
const char *utc_month_name(int month);

/* 1 to 12 when `s` begins with such a name, letters folded; otherwise 0. */
int utc_month_of(struct span s);

/* Seconds since 1970 of a civil date and time in UTC, without checks. */
int64_t utc_of(int year, int month, int day, int hour, int min, int sec);

/* The day of a time, counted from 1970; days before that are negative. */
int64_t utc_day(int64_t t);

/* "2026-11-23T00:00:00Z", and "2026-11-23". */
void utc_format(int64_t t, char out[UTC_TEXT]);
void utc_format_date(int64_t t, char out[UTC_TEXT]);

#endif
