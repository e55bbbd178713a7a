#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "codes/result_types.h"
#include "model/overview.h"
#include "page/html_escape.h"
#include "page/html_results.h"
#include "page/page_limits.h"
#include "page/svg.h"
#include "summary/remedy.h"
#include "summary/words.h"

static uint64_t
most_of_results(const struct overview *o)
{
	uint64_t most = 0;
	size_t i, k;

	for (i = 0; i < o->n_results; i++)
		for (k = 0; k < o->n_days; k++)
			if (o->results[i].day[k] > most)
				most = o->results[i].day[k];
	return most;
}

static const char *
side_words(const char *side)
{
	if (strcmp(side, "ours") == 0)
		return "your side";
	return strcmp(side, "theirs") == 0 ? "their side" : "either side";
}

static void
put_result(FILE *out, const struct words *w, const struct overview_result *r,
    uint64_t most)
{
	const struct result_type *known = remedy_find(r->result_type);
	const char *name = known != NULL ? known->words : r->result_type;

	html_printf(out,
	    "<tr><th scope=\"row\"><bdi>%s</bdi><br><code>%s</code><td>%s<td "
	    "class=\"drawn\">",
	    name, r->result_type,
	    side_words(known != NULL ? known->side : "unclear"));
	svg_strip(out,
	    arena_printf(w->mem, "%s: %s over these days", name,
		words_count(w, r->failed, "failed session")),
	    r->day, w->o->n_days, most);
	html_printf(out, "<td class=\"n\">%u\n", r->failed);
}

void
html_results(FILE *out, const struct words *w)
{
	const struct overview *o = w->o;
	uint64_t most = most_of_results(o);
	size_t i;

	if (o->n_results == 0)
		return;
	html_printf(out,
	    "<section id=\"results\"><h2>Failures by result type</h2>\n"
	    "<div class=\"scroll\" tabindex=\"0\"><table class=\"sort "
	    "strips\"><caption>What "
	    "failed, by day from %s; the highest bar is %u. One session may "
	    "show several findings, so they are not to be added.</caption>"
	    "<thead><tr><th scope=\"col\">Result type<th scope=\"col\">Whose"
	    "<th scope=\"col\" class=\"drawn\">By day<th scope=\"col\" "
	    "class=\"n\">Failed</thead><tbody>\n",
	    words_range(w), most);
	for (i = 0; i < o->n_results && i < MOST_ROWS; i++)
		put_result(out, w, &o->results[i], most);
	fputs("</tbody></table></div>\n", out);
	html_left_out(out, o->n_results + o->results_left_out, i,
	    "failures.csv has them");
	fputs("</section>\n", out);
}
