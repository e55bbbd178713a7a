#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/printable.h"
#include "base/saturating.h"
#include "model/overview.h"
#include "output/display_width.h"
#include "output/terminal_text.h"
#include "summary/judge.h"
#include "summary/paragraphs.h"
#include "summary/problem_verdict.h"
#include "summary/sparkline.h"
#include "summary/summary.h"
#include "summary/words.h"
#include "summary/words_of_vouching.h"

enum {
	NAME_COLUMNS = 20, /* of a domain in the table */
	SPARK_COLUMNS = 30,
	ROWS_A_TURN = 4 /* of domains, when parts take room in turn */
};

/* The parts of a screen, in the order in which they are printed. */
enum part {
	PART_FIX,
	PART_WATCH,
	PART_STEPS,
	PART_CURED,
	PART_DOMAINS,
	N_PARTS
};

struct screen {
	const struct words *w;
	const struct summary_style *style;
	FILE *out;
	struct paragraphs part[N_PARTS];
	size_t shown[N_PARTS];
	size_t head_lines; /* printed above the parts */
};

static void
put_coloured(
    const struct screen *s, FILE *out, const char *colour, const char *text)
{
	if (s->style->colour)
		fprintf(out, "\033[%sm", colour);
	text_wrap(out, "", text);
	if (s->style->colour)
		fputs("\033[0m", out);
}

static bool
all_is_well(const struct words *w)
{
	const struct judgement *j = w->j;

	return j->n_problems[GROUP_FIX] + j->n_problems[GROUP_WATCH] +
		   j->n_problems[GROUP_MUTED] + j->n_steps + j->n_silent +
		   j->n_differ + j->n_two_signers ==
	       0;
}

static const char *
colour_of_answer(const struct words *w)
{
	if (w->j->n_problems[GROUP_FIX] > 0)
		return "1;31";
	return all_is_well(w) && w->j->unchecked == 0 ? "1;32" : "1";
}

/* Who vouches for the reports, as far as there is something to say. */
static void
print_vouching(const struct screen *s, FILE *out)
{
	const struct words *w = s->w;
	const char *unvouched = words_unvouched(w);
	const char *ready = words_ready_to_require(w);
	size_t i;

	if (unvouched[0] != '\0')
		text_wrap(out, "",
		    arena_printf(w->mem, "%s; %s", unvouched,
			words_unvouched_senders(w)));
	for (i = 0; i < w->j->advice.n_refusing; i++)
		put_coloured(s, out, "1;33", words_refusing(w, i));
	if (ready[0] != '\0')
		text_wrap(out, "", ready);
}

static void
print_head(const struct screen *s, FILE *out)
{
	const struct words *w = s->w;
	const char *stale = words_stale(w, s->style->now);
	const char *tasks = words_tasks(w), *answer = words_answer(w);

	if (stale[0] != '\0')
		put_coloured(s, out, "1;33", stale);
	put_coloured(s, out, colour_of_answer(w),
	    tasks[0] == '\0' ? answer
			     : arena_printf(w->mem, "%s %s", answer, tasks));
	text_wrap(out, "",
	    arena_printf(w->mem, "TLS reports, %s: %s from %s%s%s",
		words_range(w), words_number(w, w->o->reports),
		words_count(w, w->o->organizations, "organization"),
		words_vouched(w)[0] != '\0' ? ", " : "", words_vouched(w)));
	text_wrap(out, "", words_figures(w));
	print_vouching(s, out);
}

/* Print the head, and count its lines. */
static void
put_head(struct screen *s)
{
	char *text = NULL, *p;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		out_of_memory();
	print_head(s, out);
	if (fclose(out) == EOF)
		out_of_memory();
	for (p = text; *p != '\0'; p++)
		s->head_lines += *p == '\n';
	fputs(text, s->out);
	free(text);
}

/* -- the domains */

static const char *
padded(struct arena *mem, const char *text, size_t columns)
{
	size_t width = width_text(text, strlen(text));

	return arena_printf(mem, "%s%*s", text,
	    width < columns ? (int)(columns - width) : 0, "");
}

/* A name as printable() makes it, in the arena. */
static const char *
clean(const struct words *w, const char *name)
{
	char *text = printable(name);
	const char *copy = arena_strdup(w->mem, text);

	free(text);
	return copy;
}

static const char *
domain_line(const struct words *w, const struct overview_domain *d)
{
	const char *name = clean(w, words_domain(w, d->name, d->shown));
	const char *spark;
	struct words_sessions of = words_domain_sessions(w, d);
	struct sparkline line = { d->day, w->o->n_days, SPARKLINE_FAILED,
		SPARK_COLUMNS, w->ascii };

	spark = sparkline(w->mem, &line);
	if (width_text(name, strlen(name)) > NAME_COLUMNS)
		name = arena_printf(w->mem, "%s\n  %*s",
		    text_clip(w->mem, name, TEXT_WIDTH - 2, w->ascii),
		    NAME_COLUMNS, "");
	else
		name = padded(w->mem, name, NAME_COLUMNS);
	return arena_printf(w->mem, "  %s %s %10s %7s %7s\n", name,
	    padded(w->mem, spark, SPARK_COLUMNS), words_number(w, of.all),
	    words_share(w, of.failed, of.all),
	    words_share(w, d->failed_before, d->sessions_before));
}

static const char *
domains_head(const struct words *w)
{
	size_t days = sparkline_days(w->o->n_days, SPARK_COLUMNS);
	const char *what = "failed a day";

	if (days > 1)
		what = arena_printf(w->mem, "failed in %zu days", days);
	return arena_printf(w->mem, "%-22s %-30s %10s %7s %7s",
	    "Domains, to fix first", what, "sessions", "failed", "before");
}

static void
list_domains(struct screen *s)
{
	const struct words *w = s->w;
	size_t i;

	for (i = 0; i < w->o->n_domains; i++) {
		size_t at = w->j->order[i];

		if (w->j->domain[at] != STANDING_FINE || s->style->all)
			paragraphs_add(&s->part[PART_DOMAINS], w->mem,
			    domain_line(w, &w->o->domains[at]));
	}
}

/* As many names as fit on one line, the largest domains first. */
static void
print_fine(const struct screen *s)
{
	const struct words *w = s->w;
	size_t i, at, named = 0, n = w->j->n_fine, width;
	size_t column = strlen("Fine:");
	const struct overview_domain *d;
	const char *name;

	if (n == 0)
		return;
	fputs(s->style->colour ? "\033[1;32mFine:\033[0m" : "Fine:", s->out);
	for (i = 0; i < w->o->n_domains; i++) {
		at = w->j->order[i];
		d = &w->o->domains[at];
		if (w->j->domain[at] != STANDING_FINE ||
		    judge_is_unchecked(w->j->step[at]))
			continue;
		name = words_domain(w, d->name, d->shown);
		width = width_text(name, strlen(name));
		if (column + 2 + width + strlen(" and 12345 more") > TEXT_WIDTH)
			break;
		fputs(named++ > 0 ? ", " : " ", s->out);
		text_put(s->out, name);
		column += width + 2;
	}
	if (named == 0)
		fprintf(s->out, " %s", words_count(w, n, "domain"));
	else if (named < n)
		fprintf(s->out, " and %s more", words_number(w, n - named));
	fputc('\n', s->out);
}

/* -- the rest */

/* What is no fault of anybody's set-up, on one line. */
static const char *
notes(const struct words *w)
{
	size_t cured = w->j->n_problems[GROUP_CURED];
	const char *parts[] = {
		cured > 0 ? words_count(w, cured, "cured problem") : "",
		w->o->domains_left_out > 0
		    ? arena_printf(w->mem, "%s left out",
			  words_count(w, w->o->domains_left_out, "domain"))
		    : "",
		w->o->problems_left_out > 0
		    ? arena_printf(w->mem, "%s left out",
			  words_count(w, w->o->problems_left_out, "problem"))
		    : "",
		w->o->senders_left_out > 0
		    ? arena_printf(w->mem, "%s left out",
			  words_count(w, w->o->senders_left_out, "sender"))
		    : "",
		words_waiting(w),
		words_warnings(w),
	};
	const char *text = "";
	size_t i;

	for (i = 0; i < sizeof parts / sizeof *parts; i++)
		if (parts[i][0] != '\0')
			text = arena_printf(w->mem, "%s%s%s", text,
			    text[0] != '\0' ? "; " : "", parts[i]);
	return text[0] != '\0'
		   ? arena_printf(w->mem, "%s.", text)
		   : "No report came with a warning, and none is in "
		     "quarantine.";
}

static void
print_volume(const struct screen *s)
{
	const struct words *w = s->w;
	size_t n = w->o->n_days, i, k;
	struct overview_day *sum = arena_alloc(w->mem, (n + 1) * sizeof *sum);
	struct sparkline line = { sum, n, SPARKLINE_SESSIONS, SPARK_COLUMNS,
		w->ascii };
	uint64_t most = 0;

	for (i = 0; i < w->o->n_domains; i++)
		for (k = 0; k < n; k++)
			sum[k].sessions = saturating_count(
			    sum[k].sessions, w->o->domains[i].day[k].sessions);
	for (k = 0; w->o->day_left_out != NULL && k < n; k++)
		sum[k].sessions = saturating_count(
		    sum[k].sessions, w->o->day_left_out[k].sessions);
	for (k = 0; k < n; k++)
		most = sum[k].sessions > most ? sum[k].sessions : most;
	fprintf(s->out, "%s  sessions a day, at most %s\n",
	    sparkline(w->mem, &line), words_number(w, most));
}

static void
print_well(const struct screen *s)
{
	const struct words *w = s->w;

	print_volume(s);
	print_fine(s);
	fputs(text_clip(w->mem, notes(w), TEXT_WIDTH, w->ascii), s->out);
	fputc('\n', s->out);
}

/* Give a part one more paragraph; false when it has none, or no room. */
static bool
take_one(struct screen *s, enum part part, size_t *left)
{
	struct paragraphs *ps = &s->part[part];
	size_t next = s->shown[part], cost;

	if (next >= ps->n)
		return false;
	/* its blank and one line are reserved; with a paragraph it has two */
	cost = ps->item[next].lines + (next == 0 ? 1 : 0);
	if (!s->style->all && cost > *left)
		return false;
	*left -= s->style->all ? 0 : cost;
	s->shown[part]++;
	return true;
}

/*
 * Divide the screen: each part in turn gets one more paragraph, and the table
 * of domains, whose rows are short, some rows, as long as there is room.
 */
static void
share_screen(struct screen *s)
{
	size_t left =
	    s->style->lines > SUMMARY_LINES ? s->style->lines : SUMMARY_LINES;
	size_t rows, reserved;
	enum part part;
	bool any = true;

	/* above the parts the head; below a blank, the fine ones, the notes */
	reserved = s->head_lines + 4;
	for (part = 0; part < N_PARTS; part++)
		reserved += s->part[part].n > 0 ? 2 : 0;
	left = left > reserved ? left - reserved : 0;
	while (any) {
		any = false;
		for (part = 0; part < PART_DOMAINS; part++)
			any |= take_one(s, part, &left);
		for (rows = 0; rows < ROWS_A_TURN; rows++)
			any |= take_one(s, PART_DOMAINS, &left);
	}
	if (s->shown[PART_FIX] == 0 && s->part[PART_FIX].n > 0)
		s->shown[PART_FIX] = 1;
}

/* "To watch: 8: tlsrua summary -v", for a part that has no room at all. */
static void
print_count(const struct screen *s, const char *name, size_t n)
{
	fprintf(
	    s->out, "%s: %s: tlsrua summary -v\n", name, words_number(s->w, n));
}

/* The paragraphs of a part, and how many are left out. */
static void
print_shown(const struct screen *s, enum part part)
{
	const struct paragraphs *ps = &s->part[part];
	size_t i;

	for (i = 0; i < s->shown[part]; i++)
		fputs(ps->item[i].text, s->out);
	if (i < ps->n)
		fprintf(s->out, "      and %s more: tlsrua summary -v\n",
		    words_number(s->w, ps->n - i));
}

/* `about` stands behind the name in the heading. */
static void
print_part(const struct screen *s, enum part part, const char *name,
    const char *about, const char *colour)
{
	if (s->part[part].n == 0)
		return;
	fputc('\n', s->out);
	if (s->shown[part] == 0) {
		print_count(s, name, s->part[part].n);
		return;
	}
	put_coloured(
	    s, s->out, colour, arena_printf(s->w->mem, "%s%s", name, about));
	print_shown(s, part);
}

static void
print_domains(const struct screen *s)
{
	if (s->part[PART_DOMAINS].n == 0)
		return;
	fputc('\n', s->out);
	if (s->shown[PART_DOMAINS] == 0) {
		print_count(s, "Domains", s->part[PART_DOMAINS].n);
		return;
	}
	fprintf(s->out, "%s\n", domains_head(s->w));
	print_shown(s, PART_DOMAINS);
}

static void
print_findings(struct screen *s)
{
	const struct words *w = s->w;

	paragraphs_of_group(&s->part[PART_FIX], w, GROUP_FIX);
	paragraphs_to_watch(&s->part[PART_WATCH], w);
	paragraphs_of_steps(&s->part[PART_STEPS], w);
	if (s->style->all)
		paragraphs_of_group(&s->part[PART_CURED], w, GROUP_CURED);
	list_domains(s);
	share_screen(s);
	print_part(s, PART_FIX, "To fix, on your side",
	    " (tlsrua explain NUMBER says more)", "1;31");
	print_part(s, PART_WATCH, "To watch", "", "1;33");
	print_part(s, PART_STEPS, "Steps you can take", "", "1");
	print_part(s, PART_CURED, "Cured", "", "1;32");
	print_domains(s);
	fputc('\n', s->out);
	print_fine(s);
	text_wrap(s->out, "", notes(w));
}

static void
print_empty(const struct screen *s)
{
	const struct words *w = s->w;
	const char *waiting = words_waiting(w);
	const char *stale = words_stale(w, s->style->now);

	if (stale[0] != '\0')
		put_coloured(s, s->out, "1;33", stale);
	if (w->o->n_days > 0)
		text_wrap(s->out, "",
		    arena_printf(
			w->mem, "No report is stored for %s.", words_range(w)));
	else
		text_wrap(s->out, "",
		    "No report is stored yet: tlsrua poll fetches them from a "
		    "mailbox, tlsrua import PATH reads files.");
	if (waiting[0] != '\0')
		text_wrap(s->out, "",
		    arena_printf(
			w->mem, "%s: tlsrua quarantine list.", waiting));
}

void
summary_print(
    FILE *out, const struct words *w, const struct summary_style *style)
{
	struct screen s = { .w = w, .style = style, .out = out };

	if (w->o->n_domains == 0) {
		print_empty(&s);
		return;
	}
	put_head(&s);
	if (all_is_well(w) && !style->all)
		print_well(&s);
	else
		print_findings(&s);
}
