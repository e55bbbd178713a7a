#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "model/overview.h"
#include "page/html_escape.h"
#include "page/html_reporters.h"
#include "page/page_limits.h"
#include "page/svg.h"
#include "summary/words.h"

/* One organization; its figures are of all domains that it reports on. */
struct reporter {
	const char *name;
	struct overview_day *day;
	bool *reported;
	size_t days, longest_gap; /* with a report; without, between two */
	size_t last;		  /* place of its last day with a report */
	uint64_t sessions, failed, reports, vouched;
	const char *signed_by; /* "": nobody vouches for any */
};

static void
add_sender(struct reporter *r, const struct overview_sender *s, size_t n_days)
{
	size_t i;

	r->sessions = saturating_count(r->sessions, s->sessions);
	r->failed = saturating_count(r->failed, s->failed);
	r->reports = saturating_count(r->reports, s->reports);
	r->vouched = saturating_count(r->vouched, s->vouched_reports);
	r->signed_by = s->signed_by;
	for (i = 0; i < n_days; i++) {
		r->day[i].sessions =
		    saturating_count(r->day[i].sessions, s->day[i].sessions);
		r->day[i].failed =
		    saturating_count(r->day[i].failed, s->day[i].failed);
		r->reported[i] = r->reported[i] || s->reported[i];
	}
}

/* Count its days with a report, and find its longest gap. */
static void
measure(struct reporter *r, size_t n_days)
{
	size_t i, gap = 0;

	for (i = 0; i < n_days; i++) {
		if (!r->reported[i]) {
			gap++;
			continue;
		}
		if (r->days > 0 && gap > r->longest_gap)
			r->longest_gap = gap;
		r->days++;
		r->last = i;
		gap = 0;
	}
}

static int
by_sessions(const void *a, const void *b)
{
	const struct reporter *x = a, *y = b;

	if (x->sessions != y->sessions)
		return x->sessions > y->sessions ? -1 : 1;
	return strcmp(x->name, y->name);
}

static size_t
gather(const struct words *w, struct reporter *list)
{
	const struct overview *o = w->o;
	struct reporter *r = NULL;
	size_t i, n = 0;

	for (i = 0; i < o->n_senders; i++) {
		const struct overview_sender *s = &o->senders[i];

		if (r == NULL || strcmp(r->name, s->organization) != 0) {
			r = &list[n++];
			r->name = s->organization;
			r->day = arena_alloc(
			    w->mem, (o->n_days + 1) * sizeof *r->day);
			r->reported = arena_alloc(
			    w->mem, (o->n_days + 1) * sizeof *r->reported);
		}
		add_sender(r, s, o->n_days);
	}
	for (i = 0; i < n; i++)
		measure(&list[i], o->n_days);
	qsort(list, n, sizeof *list, by_sessions);
	return n;
}

static uint64_t
most_in_a_day(const struct reporter *list, size_t n, size_t n_days)
{
	uint64_t most = 1;
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < n_days; k++)
			if (list[i].day[k].sessions > most)
				most = list[i].day[k].sessions;
	return most;
}

/* Whether it is known of any report who vouches for it. */
static bool
is_judged(const struct overview *o)
{
	return o->vouching.vouched + o->vouching.unvouched > 0;
}

static void
put_reporter(
    FILE *out, const struct words *w, const struct reporter *r, uint64_t most)
{
	const char *name = words_organization(r->name);
	const char *days =
	    arena_printf(w->mem, "%zu of %zu", r->days, w->o->n_days);

	html_printf(out,
	    "<tr><th scope=\"row\"><bdi>%s</bdi><td class=\"drawn\">", name);
	svg_heat(out,
	    arena_printf(w->mem, "%s reported on %s days", name, days), r->day,
	    r->reported, w->o->n_days, most);
	html_printf(out,
	    "<td class=\"n\">%s<td class=\"n\">%u<td class=\"day\">%s<td "
	    "class=\"n\">%u<td class=\"n\">%u<td class=\"n\">%u",
	    days, (uint64_t)r->longest_gap,
	    r->days > 0 ? w->o->days[r->last] : "", r->reports, r->sessions,
	    r->failed);
	if (is_judged(w->o))
		html_printf(out, "<td class=\"n\">%u<td><bdi>%s</bdi>",
		    r->vouched,
		    r->signed_by[0] != '\0' ? r->signed_by : "nobody");
	fputs("\n", out);
}

void
html_reporters(FILE *out, const struct words *w)
{
	const struct overview *o = w->o;
	struct reporter *list =
	    arena_alloc(w->mem, (o->n_senders + 1) * sizeof *list);
	size_t n, i;
	uint64_t most;

	if (o->n_senders == 0)
		return;
	n = gather(w, list);
	most = most_in_a_day(list, n, o->n_days);
	html_printf(out,
	    "<section id=\"reporters\"><h2>Who reports, day by day</h2>\n"
	    "<p class=\"legend\"><span><i class=\"key h1\"></i><i "
	    "class=\"key h2\"></i><i class=\"key h3\"></i><i class=\"key "
	    "h4\"></i> few to many sessions</span> <span><i class=\"key "
	    "bad\"></i> some failed</span> <span><i class=\"key none\"></i> "
	    "no report</span></p>\n<div class=\"scroll\" tabindex=\"0\"><table "
	    "class=\"sort strips\">"
	    "<caption>Reports by organization, from %s</caption><thead><tr>"
	    "<th scope=\"col\">Organization<th scope=\"col\" "
	    "class=\"drawn\">By day<th scope=\"col\" class=\"n\">Days<th "
	    "scope=\"col\" class=\"n\">Longest gap<th scope=\"col\">Last<th "
	    "scope=\"col\" class=\"n\">Reports<th scope=\"col\" "
	    "class=\"n\">Sessions<th scope=\"col\" class=\"n\">Failed",
	    words_range(w));
	if (is_judged(o))
		fputs("<th scope=\"col\" class=\"n\">Reports vouched for<th "
		      "scope=\"col\">Signed by",
		    out);
	fputs("</thead><tbody>\n", out);
	for (i = 0; i < n && i < MOST_REPORTERS; i++)
		put_reporter(out, w, &list[i], most);
	fputs("</tbody></table></div>\n", out);
	html_left_out(out, n, i, "senders.csv has them");
	fputs("</section>\n", out);
}
