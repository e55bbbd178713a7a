#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "page/html_cards.h"
#include "page/html_domains.h"
#include "page/html_escape.h"
#include "page/html_mx.h"
#include "page/html_page.h"
#include "page/html_plots.h"
#include "page/html_reporters.h"
#include "page/html_results.h"
#include "page/html_tables.h"
#include "page/html_vouching.h"
#include "page/page_assets.h"
#include "summary/problem_verdict.h"
#include "summary/words.h"
#include "summary/words_of_vouching.h"

/* A shield with a tick, so that no browser asks for an icon elsewhere. */
static const char icon[] =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' "
    "viewBox='0 0 16 16'%3E%3Cpath d='M8 1l6 2v5c0 4-3 6-6 7-3-1-6-3-6-7V3z' "
    "fill='%230a66a8'/%3E%3Cpath d='M5 8l2 2 4-4' fill='none' stroke='%23fff' "
    "stroke-width='1.6'/%3E%3C/svg%3E";

static void
put_head(FILE *out, const struct words *w)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" "
	      "content=\"default-src 'none'; img-src data:; style-src ",
	    out);
	csp_hash(out, page_css);
	fputs("; script-src ", out);
	csp_hash(out, page_js);
	fputs("; base-uri 'none'; form-action 'none'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, "
	      "initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta name=\"referrer\" content=\"no-referrer\">\n",
	    out);
	html_printf(out, "<title>TLS reports%s%s</title>\n",
	    w->o->n_days > 0 ? ", " : "",
	    w->o->n_days > 0 ? words_range(w) : "");
	fprintf(out, "<link rel=\"icon\" href=\"%s\">\n<style>", icon);
	fputs(page_css, out);
	fputs("</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">"
	      "To the content</a>\n",
	    out);
}

static void
put_links(FILE *out, const struct words *w)
{
	const size_t *n = w->j->n_problems;
	const struct {
		bool there;
		const char *id, *title;
	} links[] = {
		{ true, "overview", "Domains" },
		{ n[GROUP_FIX] > 0, "fix", "To fix" },
		{ n[GROUP_WATCH] + n[GROUP_MUTED] + w->j->n_silent +
			    w->j->n_differ + w->j->n_two_signers >
			0,
		    "watch", "To watch" },
		{ w->j->n_steps > 0, "steps", "Steps" },
		{ w->o->n_domains > 1, "sessions", "Sessions" },
		{ w->o->n_results > 0, "results", "Failures" },
		{ w->o->n_senders > 0, "reporters", "Reporters" },
		{ w->o->n_problems > 0, "mx", "MX hosts" },
		{ true, "tables", "Tables" },
	};
	size_t i;

	fputs("<nav aria-label=\"On this page\">", out);
	for (i = 0; i < sizeof links / sizeof *links; i++)
		if (links[i].there)
			html_printf(out, "<a href=\"#%s\">%s</a> ", links[i].id,
			    links[i].title);
	fputs("</nav>\n", out);
}

static void
put_figure(FILE *out, const char *name, const char *figure, const char *note)
{
	html_printf(out, "<div><dt>%s<dd><b>%s</b> <span>%s</span></div>\n",
	    name, figure, note);
}

static void
put_figures(FILE *out, const struct words *w)
{
	const struct overview *o = w->o;
	const char *before = "", *trend;

	if (o->sessions_before > 0 && o->n_days == 1)
		before = arena_printf(w->mem, "%s on the day before",
		    words_number(w, o->sessions_before));
	else if (o->sessions_before > 0)
		before = arena_printf(w->mem, "%s in the %s before",
		    words_number(w, o->sessions_before),
		    words_count(w, o->n_days, "day"));
	fputs("<dl class=\"figures\">", out);
	put_figure(out, "Sessions", words_number(w, o->sessions), before);
	put_figure(out, "Failed", words_number(w, o->failed),
	    o->sessions_before > 0 ? arena_printf(w->mem, "%s before",
					 words_number(w, o->failed_before))
				   : "");
	trend = words_trend(
	    o->failed, o->sessions, o->failed_before, o->sessions_before);
	if (trend[0] != '\0')
		trend = arena_printf(w->mem, "%s; %s before", trend,
		    words_share(w, o->failed_before, o->sessions_before));
	put_figure(out, "Share that failed",
	    o->sessions > 0 ? words_share(w, o->failed, o->sessions) : "none",
	    trend);
	put_figure(out, "Reports", words_number(w, o->reports),
	    arena_printf(w->mem, "from %s%s%s",
		words_count(w, o->organizations, "organization"),
		words_vouched(w)[0] != '\0' ? "; " : "", words_vouched(w)));
	fputs("</dl>\n", out);
}

static const char *
mood(const struct words *w)
{
	if (w->j->n_problems[GROUP_FIX] > 0)
		return "bad";
	return w->j->n_verified == w->o->n_domains ? "good" : "fair";
}

/* What there is to do, in a sentence; "" for an empty store. */
static const char *
tasks_of(const struct words *w)
{
	const char *tasks = words_tasks(w);

	if (tasks[0] != '\0' || w->o->n_domains == 0)
		return tasks;
	return words_waiting(w)[0] != '\0' ? "Nothing is to be fixed."
					   : "Nothing is to be done.";
}

/* When the page was made and where its figures come from. */
static void
put_origin(FILE *out, const struct words *w, const struct page_origin *origin)
{
	const char *stale = words_stale(w, origin->made);
	const char *waiting = words_waiting(w);

	if (stale[0] != '\0')
		html_printf(out, "<p class=\"stale\">%s</p>\n", stale);
	html_printf(
	    out, "<p class=\"mute\">Made on %s", words_time(w, origin->made));
	if (origin->store[0] != '\0')
		html_printf(out, " from the store <code>%s</code> on %s",
		    origin->store, origin->host);
	fputs(".", out);
	if (w->o->last_good_poll > 0)
		html_printf(out, " Last good poll of the mailboxes: %s.",
		    words_time(w, w->o->last_good_poll));
	fputs("</p>\n", out);
	if (waiting[0] != '\0')
		html_printf(out,
		    "<p class=\"mute\">Waiting for a decision: %s "
		    "(<code>tlsrua quarantine list</code>).</p>\n",
		    waiting);
}

static void
put_answer(FILE *out, const struct words *w, const struct page_origin *origin)
{
	const char *beside = words_beside(w);

	html_printf(out,
	    "<header class=\"%s\"><div class=\"answer\"><div><p "
	    "class=\"over\">SMTP TLS reports%s%s</p>\n<h1>%s</h1>\n",
	    mood(w), w->o->n_days > 0 ? ", " : "",
	    w->o->n_days > 0 ? words_range(w) : "", words_headline(w));
	if (beside[0] != '\0')
		html_printf(out, "<p class=\"beside\">%s.</p>\n", beside);
	html_printf(out, "<p class=\"tasks\">%s</p>\n</div>\n", tasks_of(w));
	if (w->o->n_domains > 0)
		html_total(out, w);
	fputs("</div>\n", out);
	if (w->o->n_domains > 0)
		put_figures(out, w);
	html_vouching(out, w);
	put_origin(out, w, origin);
	fputs("</header>\n", out);
}

static void
put_foot(FILE *out)
{
	fputs("<footer><p>Sessions are counted sessions: one that a sender "
	      "judged by MTA-STS and by DANE counts once. A report belongs to "
	      "the UTC day it begins on. Anyone can mail a report; figures are "
	      "what senders claim. A number such as #12 is that of a problem: "
	      "<code>tlsrua explain 12</code> says more.</p>\n<p>Made by "
	      "tlsrua " TLSRUA_VERSION
	      " from stored reports (RFC 8460). This page asks nothing of any "
	      "server.</p></footer>\n<script>",
	    out);
	fputs(page_js, out);
	fputs("</script>\n</body>\n</html>\n", out);
}

void
html_print(FILE *out, const struct words *w, const struct page_origin *origin)
{
	put_head(out, w);
	put_answer(out, w, origin);
	if (w->o->n_domains > 0)
		put_links(out, w);
	fputs("<main id=\"main\">\n", out);
	if (w->o->n_domains > 0) {
		html_domains(out, w);
		html_cards(out, w);
		html_plots(out, w);
		html_results(out, w);
		html_reporters(out, w);
		html_mx(out, w);
		html_tables(out, w);
	} else {
		fputs("<p>Reports come in with <code>tlsrua poll</code> from a "
		      "mailbox, or <code>tlsrua import PATH</code> from "
		      "files.</p>\n",
		    out);
	}
	fputs("</main>\n", out);
	put_foot(out);
}
