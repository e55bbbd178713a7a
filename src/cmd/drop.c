#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/problem_number.h"
#include "export/csv_folder.h"
#include "output/terminal_text.h"
#include "model/dropped_report.h"
#include "ship/operate.h"
#include "store/store.h"
#include "upkeep/drop_report.h"

/* A text of a report, clean for a terminal, behind what stands before it. */
static void
put(FILE *out, const char *before, const char *text)
{
	fputs(before, out);
	text_put(out, text[0] != '\0' ? text : "(none)");
}

/*
 * "report 12: Google Inc., 2026-11-23, example.com: 1,000 sessions, 3 failed,
 * taken out", and what else goes with it.
 */
static void
tell(const struct store_dropped *d, const struct options *o)
{
	FILE *out = o->dry_run ? stdout : stderr;
	char sessions[GROUPED], failed[GROUPED];

	if (!o->dry_run && !log_is_terminal() && !log_on(LOG_LEVEL_INFO))
		return;
	fprintf(out, "report %" PRId64, d->id);
	put(out, ": ", d->organization);
	fprintf(out, ", %s", d->date);
	put(out, ", ", d->domain);
	fprintf(out, ": %s sessions, %s failed: %s\n",
	    text_grouped((uint64_t)d->sessions, sessions),
	    text_grouped((uint64_t)d->failed, failed),
	    o->dry_run ? "would be taken out" : "taken out");
	if (d->conflicts > 0)
		fprintf(out,
		    "report %" PRId64 ": with it %s %" PRId64
		    " %s in conflict with it; `tlsrua quarantine accept` lets "
		    "another copy count instead\n",
		    d->id, o->dry_run ? "would go" : "went", d->conflicts,
		    d->conflicts == 1 ? "copy" : "copies");
}

static int
drop_each(struct store *st, const int64_t *id, const struct options *o,
    struct fault *f)
{
	struct store_dropped d;
	struct arena a = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < o->n_args; i++) {
		arena_reset(&a);
		rc = store_drop_report(st, id[i], &a, &d, f);
		if (rc == 0)
			tell(&d, o);
	}
	arena_free(&a);
	return rc;
}

/* All of them, or none: in one transaction. */
static int
drop_all(struct store *st, const int64_t *id, const struct options *o,
    struct fault *f)
{
	if (store_begin(st, f) == -1)
		return -1;
	if (drop_each(st, id, o, f) == 0)
		return store_commit(st, f);
	store_rollback(st);
	return -1;
}

/* The reports that are to be taken out. */
struct dropping {
	const struct options *options;
	int64_t *id;
};

static int
drop_here(void *arg, struct opened *in)
{
	const struct dropping *d = arg;
	struct fault f = { 0 };

	if (drop_all(in->store, d->id, d->options, &f) == -1)
		return cmd_failed(&f);
	if (!d->options->dry_run &&
	    csv_folder_refresh(in->store, &in->config, &f) == -1)
		return cmd_failed(&f);
	return 0;
}

static int
drop_there(void *arg, const struct shared_service *s)
{
	const struct dropping *d = arg;
	const struct options *o = d->options;
	struct store_dropped *list = xcalloc(o->n_args, sizeof *list);
	struct arena a = { 0 };
	struct fault f = { 0 };
	size_t i;
	int rc = operate_drop(s, d->id, o->n_args, o->dry_run, &a, list, &f);

	for (i = 0; rc == 0 && i < o->n_args; i++)
		tell(&list[i], o);
	arena_free(&a);
	free(list);
	return rc == -1 ? cmd_failed(&f) : 0;
}

static int
read_numbers(const struct options *o, int64_t *id)
{
	size_t i;

	for (i = 0; i < o->n_args; i++)
		if (problem_number(o->args[i], &id[i]) == -1)
			return cmd_usage("drop: %s: is no number of a report; "
					 "`tlsrua export -o - reports` lists "
					 "them (column id)",
			    o->args[i]);
	return 0;
}

static int
run(const struct options *o)
{
	struct dropping d = { o, xcalloc(o->n_args + 1, sizeof *d.id) };
	struct store_work work = { o->dry_run ? STORE_TRY : STORE_WRITE,
		drop_here, drop_there, &d };
	int status;

	if (o->n_args == 0)
		status = cmd_usage("drop: which reports? give their numbers");
	else
		status = read_numbers(o, d.id);
	if (status == 0)
		status = cmd_work(o, &work);
	free(d.id);
	return status;
}

const struct command cmd_drop = {
	.name = "drop",
	.arguments = "[-n] REPORT...",
	.summary = "take stored reports out again",
	.options = OPTION_DRY_RUN,
	.run = run,
};
