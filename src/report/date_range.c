#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "base/utc.h"
#include "codes/codes.h"
#include "report/content_digest.h"
#include "report/date_range.h"
#include "report/member_values.h"
#include "report/members.h"
#include "report/report.h"
#include "report/report_parser.h"

enum {
	LONGEST = 31 * UTC_DAY, /* R46 */
	STALE = 30 * UTC_DAY,	/* R47 */
	EARLIEST = UTC_DAY,	/* R47: how far ahead of the arrival */
	/* an arrival that is so far ahead of the clock is not believed */
	INCREDIBLE = 366 * UTC_DAY
};

/* 2016-01-01T00:00:00Z: nobody sent TLS reports before (R47). */
#define FIRST_REPORTS INT64_C(1451606400)

/* Read a time of RFC 3339, with the deviations that real senders show. */
static int
read_time(struct report_parser *rp, struct span text, enum member m, int64_t *t)
{
	unsigned dev;

	if (utc_parse(text, t, &dev) == -1) {
		refuse_value(rp, 28, CODE_DATE_INVALID, m);
		return -1;
	}
	if (dev & UTC_NO_ZONE)
		warn_of(rp, CODE_DATE_NO_TIMEZONE, m);
	if (dev & UTC_OFFSET)
		warn_of(rp, CODE_DATE_NOT_UTC, m);
	if (dev & UTC_FORMAT)
		warn_of(rp, CODE_DATE_FORMAT, m);
	return 0;
}

/*
 * Whether the range is one UTC day (RFC 8460 §4.1).  It may end with the last
 * second of the day or with the next midnight.
 */
static bool
is_utc_day(int64_t start, int64_t end)
{
	return start % UTC_DAY == 0 &&
	       (end - start == UTC_DAY || end - start == UTC_DAY - 1);
}

/*
 * Compare with the arrival.  A server, or the Received field of a file, may
 * claim anything about it; if it is far ahead of the clock, the clock counts.
 */
static void
check_arrival(struct report_parser *rp, int64_t start, int64_t end)
{
	const struct report_context *c = rp->context;
	int64_t latest = c->now;

	if (c->has_arrival && c->arrival - INCREDIBLE <= c->now)
		latest = c->arrival;
	if (start < FIRST_REPORTS)
		refuse_value(rp, 47, CODE_DATE_TOO_OLD, MEMBER_START);
	else if (start - EARLIEST > latest)
		refuse_value(rp, 47, CODE_DATE_FUTURE, MEMBER_START);
	if (c->has_arrival && end < c->arrival - STALE)
		warn_of(rp, CODE_DATE_STALE, MEMBER_END);
}

/* The text of one end of the range; absent: "", and the report is refused. */
static struct span
time_text(struct report_parser *rp, struct json_object *range, enum member m)
{
	struct json_object *value = member_of(range, m);

	if (value == NULL)
		refuse_form(rp, 28, CODE_DATE_RANGE_MISSING, m);
	return member_string(rp, 28, value, m);
}

static void
check_range(struct report_parser *rp, int64_t start, int64_t end)
{
	if (end < start)
		refuse_value(
		    rp, 28, CODE_DATE_RANGE_REVERSED, MEMBER_DATE_RANGE);
	else if (end - start > LONGEST)
		refuse_value(
		    rp, 46, CODE_DATE_RANGE_TOO_LONG, MEMBER_DATE_RANGE);
	else if (!is_utc_day(start, end))
		warn_of(rp, CODE_DATE_RANGE_NOT_DAY, MEMBER_DATE_RANGE);
	check_arrival(rp, start, end);
}

void
date_range_read(struct report_parser *rp, struct json_object *range)
{
	struct span start, end;
	bool both;

	if (range == NULL) {
		refuse_form(rp, 28, CODE_DATE_RANGE_MISSING, MEMBER_DATE_RANGE);
		return;
	}
	if (!json_object_is_type(range, json_type_object)) {
		refuse_form(rp, 28, CODE_FIELD_TYPE, MEMBER_DATE_RANGE);
		return;
	}
	start = time_text(rp, range, MEMBER_START);
	end = time_text(rp, range, MEMBER_END);
	content_string(&rp->content, MEMBER_START, start);
	content_string(&rp->content, MEMBER_END, end);
	both = read_time(rp, start, MEMBER_START, &rp->report->start) == 0;
	both &= read_time(rp, end, MEMBER_END, &rp->report->end) == 0;
	if (both)
		check_range(rp, rp->report->start, rp->report->end);
}
