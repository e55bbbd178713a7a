#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/utc.h"
#include "export/read_overview.h"
#include "model/overview.h"
#include "summary/judge.h"
#include "summary/words.h"
#include "tables/gather_overview.h"

int64_t
read_overview_now(void)
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

static int
gather(struct judged_overview *l, struct store *st,
    const struct overview_wish *wish, struct fault *f)
{
	struct overview_range range = { .from = wish->from,
		.to = wish->to,
		.domains = wish->domains,
		.n_domains = wish->n_domains,
		.alone = wish->alone };
	struct overview_watch watch = judge_watcher(&l->watch);
	char today[UTC_TEXT];

	utc_format_date(l->now, today);
	range.today = today;
	range.watch = &watch;
	return store_overview(st, &range, &l->mem, &l->overview, f);
}

int
read_overview(struct judged_overview *l, struct store *st,
    const struct overview_wish *wish, struct fault *f)
{
	memset(l, 0, sizeof *l);
	l->now = read_overview_now();
	if (gethostname(l->host, sizeof l->host - 1) == -1)
		l->host[0] = '\0';
	l->watch.percent = wish->percent;
	l->watch.min_sessions = wish->min_sessions;
	if (gather(l, st, wish, f) == -1)
		return -1;
	judge(&l->overview, &l->mem, &l->judgement);
	judge_count_all(&l->judgement, &l->watch);
	l->words =
	    (struct words){ &l->overview, &l->judgement, &l->mem, wish->ascii };
	return 0;
}

void
judged_overview_free(struct judged_overview *l)
{
	arena_free(&l->mem);
}
