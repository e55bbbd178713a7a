#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "base/timing.h"
#include "cmd/progress.h"
#include "ingest/ingest.h"

/* Seconds before the first line, and between two. */
static const double patience = 1.0, interval = 0.25;

void
progress_start(struct progress *p, const char *what, uint64_t total)
{
	*p = (struct progress){
		.what = what, .total = total, .started = timing_now()
	};
}

void
progress_step(struct progress *p)
{
	double now, rate;

	p->done++;
	if (!log_is_terminal())
		return;
	now = timing_now();
	if (now - p->started < patience || now - p->printed < interval)
		return;
	p->printed = now;
	rate = (double)p->done / (now - p->started);
	if (p->total == 0)
		log_progress("%s: %" PRIu64 " messages, %.0f a second", p->what,
		    p->done, rate);
	else
		log_progress("%s: %" PRIu64 " of %" PRIu64
			     " mails, %.0f a second, %.0f s left",
		    p->what, p->done, p->total, rate,
		    (double)(p->total - p->done) / rate);
}

/* ", 3 duplicates" when there are any. */
static void
add_part(char *line, size_t size, size_t *len, uint64_t n, const char *what)
{
	int added;

	if (n == 0 || *len >= size)
		return;
	added = snprintf(line + *len, size - *len, ", %" PRIu64 " %s", n, what);
	if (added > 0)
		*len += (size_t)added;
}

void
progress_summary(
    const struct ingest_counts *c, double seconds, const char *verb)
{
	char line[256] = "";
	size_t len = 0;

	log_progress_end();
	if (!log_is_terminal())
		return;
	add_part(line, sizeof line, &len, c->duplicate, "stored before");
	add_part(line, sizeof line, &len, c->conflict, "in conflict");
	add_part(line, sizeof line, &len, c->rejected, "rejected");
	fprintf(stderr,
	    "%" PRIu64 " message%s looked at in %.1f s: %" PRIu64
	    " without a report, %" PRIu64 " report%s (%" PRIu64 " %s%s)\n",
	    c->messages, c->messages == 1 ? "" : "s", seconds, c->no_report,
	    c->reports, c->reports == 1 ? "" : "s", c->imported, verb, line);
}
