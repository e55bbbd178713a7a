#include "base/utc.h"
#include "report/reading.h"

enum {
	LONGEST = 31 * UTC_DAY, /* R46 */
	STALE = 30 * UTC_DAY,	/* R47 */
	EARLIEST = UTC_DAY	/* R47: how far ahead of the arrival */
};

/* RFC 3339 with the deviations that real senders show. */
static int
read_time(struct reading *r, struct span text, enum member m, int64_t *t)
{
	unsigned dev;

	if (utc_parse(text, t, &dev) == -1)
		return reading_refuse(r, 28, CODE_DATE_INVALID, m);
	if (dev & UTC_NO_ZONE)
		reading_warn(r, CODE_DATE_NO_TIMEZONE, m);
	if (dev & UTC_OFFSET)
		reading_warn(r, CODE_DATE_NOT_UTC, m);
	if (dev & UTC_FORMAT)
		reading_warn(r, CODE_DATE_FORMAT, m);
	return 0;
}

/* RFC 8460 §4.1; the end may be the day's last second or the next midnight. */
static bool
is_utc_day(int64_t start, int64_t end)
{
	return start % UTC_DAY == 0 &&
	       (end - start == UTC_DAY || end - start == UTC_DAY - 1);
}

static void
check_arrival(struct reading *r, int64_t start, int64_t end)
{
	int64_t arrival = r->context->arrival;

	if (!r->context->has_arrival)
		return;
	if (start > arrival + EARLIEST)
		reading_refuse(r, 47, CODE_DATE_FUTURE, MEMBER_START);
	if (end < arrival - STALE)
		reading_warn(r, CODE_DATE_STALE, MEMBER_END);
}

void
dates_read(struct reading *r, struct span start_text, struct span end_text)
{
	int64_t start, end;
	int rc;

	rc = read_time(r, start_text, MEMBER_START, &start);
	if (read_time(r, end_text, MEMBER_END, &end) == -1 || rc == -1)
		return;
	r->report->start = start;
	r->report->end = end;
	if (end < start)
		reading_refuse(
		    r, 28, CODE_DATE_RANGE_REVERSED, MEMBER_DATE_RANGE);
	else if (end - start > LONGEST)
		reading_refuse(
		    r, 46, CODE_DATE_RANGE_TOO_LONG, MEMBER_DATE_RANGE);
	else if (!is_utc_day(start, end))
		reading_warn(r, CODE_DATE_RANGE_NOT_DAY, MEMBER_DATE_RANGE);
	check_arrival(r, start, end);
}
