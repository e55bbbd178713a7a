#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/span.h"
#include "base/utc.h"
#include "cmd/command_line.h"
#include "cmd/judged_overview.h"
#include "config/config.h"
#include "export/first_day.h"
#include "model/overview.h"
#include "summary/judge.h"
#include "summary/words.h"
#include "tables/gather_overview.h"

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

static int
read_overview(struct judged_overview *l, struct store *st,
    const struct options *o, struct fault *f)
{
	struct overview_range range = { .to = o->to,
		.domains = o->domains.item,
		.n_domains = o->domains.n };
	struct overview_watch watch = judge_watcher(&l->watch);
	char from[16], today[UTC_TEXT];

	if (first_day(st, o, from, f) == -1)
		return -1;
	utc_format_date(l->now, today);
	range.from = from[0] != '\0' ? from : NULL;
	range.today = today;
	range.watch = &watch;
	return store_overview(st, &range, &l->mem, &l->overview, f);
}

/* The clock, or what SOURCE_DATE_EPOCH says, so that output can be repeated. */
static int64_t
present(void)
{
	const char *fixed = getenv("SOURCE_DATE_EPOCH");
	char *end;
	long long t;

	if (fixed == NULL || fixed[0] == '\0')
		return (int64_t)time(NULL);
	errno = 0;
	t = strtoll(fixed, &end, 10);
	return *end == '\0' && errno == 0 && t >= 0 ? (int64_t)t
						    : (int64_t)time(NULL);
}

int
judged_overview_read(struct judged_overview *l, struct store *st,
    const struct options *o, bool ascii, struct fault *f)
{
	memset(l, 0, sizeof *l);
	l->now = present();
	if (gethostname(l->host, sizeof l->host - 1) == -1)
		l->host[0] = '\0';
	l->watch.percent = o->has_fail_above ? o->fail_above : -1;
	l->watch.min_sessions = o->min_sessions;
	if (read_overview(l, st, o, f) == -1)
		return -1;
	judge(&l->overview, &l->mem, &l->judgement);
	judge_count_all(&l->judgement, &l->watch);
	l->words =
	    (struct words){ &l->overview, &l->judgement, &l->mem, ascii };
	return 0;
}

void
judged_overview_free(struct judged_overview *l)
{
	arena_free(&l->mem);
}
