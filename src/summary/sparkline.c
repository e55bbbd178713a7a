#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "model/overview.h"
#include "summary/sparkline.h"

enum {
	LEVELS = 7,	 /* signs for figures above 0 */
	LONGEST_SIGN = 3 /* bytes */
};

/* The sign of no session, that of 0, and the levels. */
static const char signs[][LONGEST_SIGN + 1] = { "\xc2\xb7", "\xe2\x96\x81",
	"\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84", "\xe2\x96\x85",
	"\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88" };
static const char ascii_signs[][LONGEST_SIGN + 1] = { " ", "_", ".", ":", "-",
	"=", "+", "*", "#" };

size_t
sparkline_days(size_t n_days, size_t columns)
{
	return n_days > columns ? (n_days + columns - 1) / columns : 1;
}

static uint64_t
figure_of(const struct sparkline *s, size_t first, size_t days, bool *any)
{
	uint64_t sum = 0;
	size_t i;

	*any = false;
	for (i = first; i < first + days && i < s->n_days; i++) {
		*any = *any || s->day[i].sessions > 0;
		sum = saturating_count(sum, s->figure == SPARKLINE_FAILED
						? s->day[i].failed
						: s->day[i].sessions);
	}
	return sum;
}

const char *
sparkline(struct arena *mem, const struct sparkline *s)
{
	size_t days = sparkline_days(s->n_days, s->columns), i, level;
	char *out = arena_alloc(mem, s->columns * LONGEST_SIGN + 1);
	uint64_t most = 1, n;
	bool any;

	for (i = 0; i < s->n_days; i += days)
		if ((n = figure_of(s, i, days, &any)) > most)
			most = n;
	for (i = 0; i < s->n_days; i += days) {
		n = figure_of(s, i, days, &any);
		level = !any && n == 0 ? 0 : 1;
		if (n > 0)
			level = 2 + (size_t)((double)n * (LEVELS - 1) /
					     (double)most);
		strcat(out, s->ascii ? ascii_signs[level] : signs[level]);
	}
	return out;
}
