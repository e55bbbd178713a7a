#include "base/arena.h"
#include "page/html_escape.h"
#include "page/html_mx.h"
#include "page/page_limits.h"
#include "page/svg.h"
#include "summary/remedy.h"
#include "summary/words.h"

void
html_mx(FILE *out, const struct words *w)
{
	const struct overview *o = w->o;
	const struct result_type *known;
	uint64_t most = 1;
	size_t i;

	if (o->n_mx == 0)
		return;
	for (i = 0; i < o->n_mx; i++)
		most = o->mx[i].failed > most ? o->mx[i].failed : most;
	fputs("<section id=\"mx\"><h2>MX hosts by result type</h2>\n"
	      "<div class=\"scroll\" tabindex=\"0\"><table "
	      "class=\"sort\"><caption>Failed "
	      "sessions at each MX host. Reports tell no successes by host, so "
	      "there is no rate.</caption><thead><tr><th scope=\"col\">MX host"
	      "<th scope=\"col\">Domain<th scope=\"col\">Result type<th "
	      "scope=\"col\" class=\"n\">Reporters<th scope=\"col\" "
	      "class=\"n\">Failed<th scope=\"col\" class=\"drawn\">"
	      "<span class=\"hide\">drawn</span></thead><tbody>\n",
	    out);
	for (i = 0; i < o->n_mx && i < MOST_ROWS; i++) {
		const struct overview_mx *m = &o->mx[i];

		known = remedy_find(m->result_type);
		html_printf(out,
		    "<tr><th scope=\"row\"><bdi>%s</bdi><td><bdi>%s</bdi>"
		    "<td>%s<td class=\"n\">%u<td class=\"n\">%u<td "
		    "class=\"drawn\">",
		    m->mx[0] != '\0' ? m->mx : "none named", m->domain,
		    known != NULL ? known->words : m->result_type,
		    (uint64_t)m->organizations, m->failed);
		svg_share(out, m->failed, most);
		fputc('\n', out);
	}
	fputs("</tbody></table></div>\n", out);
	html_left_out(out, o->n_mx, i, "mx.csv has them");
	fputs("</section>\n", out);
}
