#include <inttypes.h>
#include <stdint.h>

#include "base/log.h"
#include "base/timing.h"
#include "output/progress.h"

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
