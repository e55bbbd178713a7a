#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/saturating.h"
#include "codes/result_types.h"
#include "model/overview.h"
#include "page/html_escape.h"
#include "page/html_mx.h"
#include "page/page_limits.h"
#include "page/svg.h"
#include "summary/remedy.h"
#include "summary/words.h"

enum {
	MOST_FINDINGS = 6 /* of one host; the others are counted */
};

/* An MX host: its problems, whatever domains they are of, most failed first. */
struct host {
	const struct overview_problem **problem;
	size_t n;
	uint64_t failed;
};

static int
by_host(const void *a, const void *b)
{
	const struct overview_problem *x =
	    *(const struct overview_problem *const *)a;
	const struct overview_problem *y =
	    *(const struct overview_problem *const *)b;
	int c = strcmp(x->mx, y->mx);

	if (c != 0)
		return c;
	if (x->failed != y->failed)
		return x->failed > y->failed ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static int
by_failed(const void *a, const void *b)
{
	const struct host *x = a, *y = b;

	if (x->failed != y->failed)
		return x->failed > y->failed ? -1 : 1;
	return strcmp(x->problem[0]->mx, y->problem[0]->mx);
}

/* The hosts that the problems name, most failed first; returns how many. */
static size_t
gather(const struct words *w, struct host **hosts)
{
	size_t n = w->o->n_problems, n_hosts = 0, i;
	const struct overview_problem **list =
	    arena_alloc(w->mem, (n + 1) * sizeof *list);
	struct host *h = NULL;

	*hosts = arena_alloc(w->mem, (n + 1) * sizeof **hosts);
	for (i = 0; i < n; i++)
		list[i] = &w->o->problems[i];
	qsort(list, n, sizeof(const struct overview_problem *), by_host);
	for (i = 0; i < n; i++) {
		if (h == NULL || strcmp(list[i]->mx, h->problem[0]->mx) != 0) {
			h = &(*hosts)[n_hosts++];
			h->problem = &list[i];
		}
		h->failed = saturating_count(h->failed, list[i]->failed);
		h->n++;
	}
	qsort(*hosts, n_hosts, sizeof **hosts, by_failed);
	return n_hosts;
}

/* "certificate expired 1,204 (#1)", one under the other. */
static void
put_findings(FILE *out, const struct words *w, const struct host *h)
{
	const struct overview_problem *p;
	const struct result_type *known;
	size_t i;

	for (i = 0; i < h->n && i < MOST_FINDINGS; i++) {
		p = h->problem[i];
		known = remedy_find(p->result_type);
		html_printf(out,
		    "%s: %u <span class=\"mute\">for <bdi>%s</bdi></span>"
		    " <span class=\"no\">#%s</span>",
		    known != NULL ? known->words : p->result_type, p->failed,
		    words_domain(w, p->domain, p->shown),
		    arena_printf(w->mem, "%" PRId64, p->number));
		fputs("<br>", out);
	}
	if (i < h->n)
		html_printf(out, "<span class=\"mute\">and %u more</span>",
		    (uint64_t)(h->n - i));
}

static unsigned
most_reporters(const struct host *h)
{
	unsigned most = 0;
	size_t i;

	for (i = 0; i < h->n; i++)
		if (h->problem[i]->organizations > most)
			most = h->problem[i]->organizations;
	return most;
}

void
html_mx(FILE *out, const struct words *w)
{
	struct host *hosts;
	size_t n = gather(w, &hosts), i;

	if (n == 0)
		return;
	fprintf(out,
	    "<section id=\"mx\"><h2>MX hosts</h2>\n"
	    "<div class=\"scroll%s\" tabindex=\"0\"><table "
	    "class=\"sort\"><caption>Failed sessions at each MX host, most "
	    "failed first. Reports tell no successes by host, so there is no "
	    "rate.</caption><thead><tr><th scope=\"col\">MX host"
	    "<th scope=\"col\">What failed<th scope=\"col\" class=\"n\">"
	    "Reporters<th scope=\"col\" class=\"n\">Failed<th scope=\"col\" "
	    "class=\"drawn\"><span class=\"hide\">drawn</span></thead>"
	    "<tbody>\n",
	    n > TALL_TABLE ? " tall" : "");
	for (i = 0; i < n && i < MOST_ROWS; i++) {
		const char *name = hosts[i].problem[0]->mx;

		html_printf(out, "<tr><th scope=\"row\"><bdi>%s</bdi><td>",
		    name[0] != '\0' ? name : "none named");
		put_findings(out, w, &hosts[i]);
		html_printf(out,
		    "<td class=\"n\">%u<td class=\"n\">%u<td "
		    "class=\"drawn\">",
		    (uint64_t)most_reporters(&hosts[i]), hosts[i].failed);
		svg_share(out, hosts[i].failed, hosts[0].failed);
		fputc('\n', out);
	}
	fputs("</tbody></table></div>\n", out);
	html_left_out(out, n, i, "mx.csv has them");
	fputs("</section>\n", out);
}
