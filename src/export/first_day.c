#include <stdint.h>
#include <string.h>

#include "base/span.h"
#include "base/utc.h"
#include "config/config.h"
#include "export/first_day.h"
#include "store/status.h"
#include "store/store.h"

void
first_day_of(unsigned days, char day[static 16])
{
	char text[UTC_TEXT];
	int64_t newest;

	if (days == SINCE_ALL || utc_parse_date(span_of(day), &newest) == -1) {
		day[0] = '\0';
		return;
	}
	utc_format_date(newest - (int64_t)(days - 1) * UTC_DAY, text);
	memcpy(day, text, 11);
}

int
first_day_since(
    struct store *st, unsigned days, char day[static 16], struct fault *f)
{
	if (store_newest_day(st, day, f) == -1)
		return -1;
	first_day_of(days, day);
	return 0;
}
