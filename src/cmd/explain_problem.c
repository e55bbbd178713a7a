#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "cmd/cmd.h"
#include "cmd/explain_problem.h"
#include "codes/result_types.h"
#include "model/row.h"
#include "output/terminal_text.h"
#include "ship/shared_mirror.h"
#include "store/store.h"
#include "summary/remedy.h"
#include "tables/tables.h"
#include "upkeep/problems.h"

/* What a row of the table of problems says of one. */
struct search {
	int64_t number;
	const struct column *columns;
};

static int
on_head(void *arg, const struct column *columns, size_t n, struct fault *f)
{
	struct search *s = arg;

	(void)n;
	(void)f;
	s->columns = columns;
	return 0;
}

static const struct cell *
cell(const struct search *s, const struct cell *cells, size_t n,
    const char *name)
{
	static const struct cell none = { .text = "" };
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(s->columns[i].name, name) == 0)
			return &cells[i];
	return &none;
}

static int
on_row(void *arg, const struct cell *cells, size_t n, struct fault *f)
{
	struct search *s = arg;
	int64_t days = cell(s, cells, n, "days")->number;
	int64_t sessions = cell(s, cells, n, "failed_sessions")->number;
	char failed[GROUPED], week[GROUPED];

	(void)f;
	if (cells[0].number != s->number)
		return 0;
	printf("  %s; side: %s; %s to %s, on %" PRId64 " day%s\n",
	    cell(s, cells, n, "state")->text, cell(s, cells, n, "side")->text,
	    cell(s, cells, n, "first_day")->text,
	    cell(s, cells, n, "last_day")->text, days, days == 1 ? "" : "s");
	printf(
	    "  %s failed session%s, %s of them in the last 7 days; seen by: ",
	    text_grouped((uint64_t)sessions, failed), sessions == 1 ? "" : "s",
	    text_grouped(
		(uint64_t)cell(s, cells, n, "failed_last_7_days")->number,
		week));
	text_put(stdout, cell(s, cells, n, "organization_names")->text);
	putchar('\n');
	return 0;
}

static void
print_remedy(struct arena *mem, const struct store_problem *p)
{
	const struct result_type *r = remedy_find(p->result_type);

	if (r == NULL) {
		printf("  Not in the registry of result types; nothing is "
		       "known of it.\n");
		return;
	}
	text_wrap(stdout, "  ", r->meaning);
	text_wrap(stdout,
	    "  Causes: ", remedy_command(mem, r->causes, p->mx, p->domain));
	text_wrap(stdout,
	    "  Remedy: ", remedy_command(mem, r->remedy, p->mx, p->domain));
	if (r->look[0] != '\0') {
		printf("  Look with:\n");
		text_wrap_command(stdout, "    ",
		    remedy_command(mem, r->look, p->mx, p->domain));
	}
	if (p->mx[0] == '\0' && (strstr(r->remedy, "_tcp.MX") != NULL ||
				    strstr(r->remedy, "MX:25") != NULL))
		text_wrap(stdout, "  ",
		    arena_printf(mem,
			"The senders name no MX host: MX stands for each of "
			"`dig MX %s`.",
			p->domain));
	fputs("  See ", stdout);
	text_put(stdout, r->section);
	puts(".");
}

/* The row of the table of problems. */
static int
print_row(const struct opened *in, const char *domain, struct search *s,
    struct fault *f)
{
	struct row_sink sink = { on_head, on_row, s };
	struct store_filter filter = { .domains = &domain, .n_domains = 1 };

	return in->shared != NULL
		   ? shared_mirror_table(
			 in->shared, "problems", &filter, &sink, f)
		   : store_read_table(in->store, "problems", &filter, &sink, f);
}

static int
explain(
    const struct opened *in, int64_t number, struct arena *mem, struct fault *f)
{
	struct search s = { .number = number };
	struct store_problem p;

	if (in->shared != NULL &&
	    shared_mirror_problem(in->shared, number, f) == -1)
		return -1;
	if (store_get_problem(in->store, number, mem, &p, f) == -1)
		return -1;
	printf("Problem %lld: ", (long long)number);
	text_put(stdout, p.result_type);
	fputs(p.mx[0] != '\0' ? " at " : "", stdout);
	text_put(stdout, p.mx);
	fputs(", for mail to ", stdout);
	text_put(stdout, p.domain);
	putchar('\n');
	if (print_row(in, p.domain, &s, f) == -1)
		return -1;
	if (p.muted_until[0] != '\0') {
		printf("  muted until %s: ", p.muted_until);
		text_put(stdout, p.mute_note);
		putchar('\n');
	}
	print_remedy(mem, &p);
	return 0;
}

int
explain_problem(const struct options *o, int64_t number)
{
	struct opened in;
	struct arena mem = { 0 };
	struct fault f = { 0 };
	int status = cmd_open_reading(o, CONFIG_OPTIONAL, &in);

	if (status == 0 && explain(&in, number, &mem, &f) == -1)
		status = cmd_failed(&f);
	cmd_close(&in);
	arena_free(&mem);
	return status;
}
