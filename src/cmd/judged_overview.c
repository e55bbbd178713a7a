#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"
#include "base/utc.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/judged_overview.h"
#include "config/config.h"
#include "export/first_day.h"
#include "export/read_overview.h"
#include "ship/shared_mirror.h"

enum {
	USUAL_DAYS = 30,
	MAIL_DAYS = 7
};

/* The first day of the range, in `from`; "" for the oldest stored. */
static int
first_day(struct store *st, const struct options *o, char from[static 16],
    struct fault *f)
{
	unsigned days = o->since != NULL ? o->since_days
			: o->mail	 ? MAIL_DAYS
					 : USUAL_DAYS;
	char text[UTC_TEXT];
	int64_t to;

	from[0] = '\0';
	if (o->from != NULL) {
		memcpy(from, o->from, strlen("2026-11-23") + 1);
		return 0;
	}
	if (o->to == NULL || days == SINCE_ALL ||
	    utc_parse_date(span_of(o->to), &to) == -1)
		return first_day_since(st, days, from, f);
	utc_format_date(to - (int64_t)(days - 1) * UTC_DAY, text);
	memcpy(from, text, strlen("2026-11-23") + 1);
	return 0;
}

int
judged_overview_read(struct judged_overview *l, struct opened *in,
    const struct options *o, bool ascii, struct fault *f)
{
	struct overview_wish wish = { .to = o->to,
		.domains = o->domains.item,
		.n_domains = o->domains.n,
		.percent = o->has_fail_above ? o->fail_above : -1,
		.min_sessions = o->min_sessions,
		.ascii = ascii };
	char from[16];

	*l = (struct judged_overview){ 0 };
	if (first_day(in->store, o, from, f) == -1)
		return -1;
	wish.from = from[0] != '\0' ? from : NULL;
	if (in->shared != NULL &&
	    shared_mirror_overview(in->shared, wish.from, wish.to, f) == -1)
		return -1;
	return read_overview(l, in->store, &wish, f);
}
