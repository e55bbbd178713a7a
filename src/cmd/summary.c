#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/printable.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/judged_overview.h"
#include "cmd/range_options.h"
#include "cmd/require_advice.h"
#include "cmd/told_store.h"
#include "config/config.h"
#include "export/read_overview.h"
#include "ledger/announced_changes.h"
#include "model/announced.h"
#include "page/html_page.h"
#include "page/summary_mail.h"
#include "store/store.h"
#include "summary/changes.h"
#include "summary/judge.h"
#include "summary/summary.h"
#include "summary/summary_json.h"
#include "summary/words.h"

enum {
	EX_CHECK = 1,	    /* exit code of a check that fails */
	LINES_IN_PIPE = 200 /* where there is no screen: a mail from cron */
};

static bool
wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') &&
	       term != NULL && strcmp(term, "dumb") != 0;
}

static size_t
screen_lines(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) &&
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
		return size.ws_row;
	return isatty(STDOUT_FILENO) ? SUMMARY_LINES : LINES_IN_PIPE;
}

/* --fail-above: log the domains above it, and return EX_CHECK for any. */
static int
check_alarm(const struct judged_overview *l, const struct options *o)
{
	const struct judge_watch *watch = &l->watch;
	size_t named = sizeof watch->over / sizeof *watch->over, i;
	const char *names = "";

	if (watch->n_over == 0)
		return 0;
	for (i = 0; i < watch->n_over && i < named; i++)
		names = arena_printf(l->words.mem, "%s%s%s (%s)", names,
		    i > 0 ? ", " : "", watch->over[i].name,
		    words_share(&l->words, watch->over[i].failed,
			watch->over[i].sessions));
	if (watch->n_over > named)
		names = arena_printf(l->words.mem, "%s and %zu more", names,
		    watch->n_over - named);
	log_error("summary: over %g %% failed: %s", o->fail_above, names);
	return EX_CHECK;
}

static int
print_changes(struct store *st, struct judged_overview *l,
    const struct options *o, struct fault *f)
{
	struct changes changes = { 0 };
	const struct announced *told;
	size_t n;

	if (store_read_announced(st, &l->mem, &told, &n, f) == -1)
		return -1;
	changes_find(&l->words, told, n, &changes);
	if (changes.n > 0 && o->json)
		changes_print_json(stdout, &l->words, &changes);
	else if (changes.n > 0)
		changes_print(
		    stdout, &l->words, &changes, l->host, wants_colour());
	/* what could not be printed must not be remembered as told */
	if (fflush(stdout) == EOF || ferror(stdout))
		return fault(f, FAULT_HOST, EX_CANTCREAT,
		    "standard output: cannot be written to");
	if (o->dry_run)
		return 0;
	return store_write_announced(
	    st, changes.announced, changes.n_announced, f);
}

/* Tell the changes, and remember in the same transaction that they were. */
static int
tell_changes(struct store *st, struct judged_overview *l,
    const struct options *o, struct fault *f)
{
	if (store_begin(st, f) == -1)
		return -1;
	if (print_changes(st, l, o, f) == -1) {
		store_rollback(st);
		return -1;
	}
	return store_commit(st, f);
}

static void
tell_all(struct judged_overview *l, const struct options *o)
{
	struct summary_alarm alarm = { o->has_fail_above ? o->fail_above : -1,
		o->min_sessions };
	struct summary_style style = { .colour = wants_colour(),
		.all = o->verbose > 0,
		.lines = screen_lines(),
		.now = l->now };

	if (o->json) {
		summary_print_json(stdout, &l->words, &alarm);
	} else {
		summary_print(stdout, &l->words, &style);
	}
}

/* The screen of a pipe, as the text of a mail. */
static char *
text_of_mail(const struct judged_overview *l)
{
	struct summary_style style = { .lines = LINES_IN_PIPE, .now = l->now };
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		out_of_memory();
	summary_print(out, &l->words, &style);
	if (fclose(out) == EOF)
		out_of_memory();
	return text;
}

static void
tell_mail(const struct config *c, const struct judged_overview *l)
{
	struct page_origin origin = { l->now, c->store_path, l->host };
	struct mail_envelope envelope = { c->report_from, c->report_to, NULL };
	char *text = text_of_mail(l);

	summary_mail_print(stdout, &l->words, &origin, &envelope, text);
	free(text);
}

/* Who writes it and to whom must be known. */
static int
check_envelope(const struct config *c)
{
	bool has_from = c->report_from[0] != '\0';

	if (has_from && c->report_to[0] != '\0')
		return 0;
	log_error("%s: [report] %s: is not set, and --mail needs it: write it "
		  "as %s = boss@example.com",
	    c->path[0] != '\0' ? c->path : "configuration",
	    has_from ? "to" : "from", has_from ? "to" : "from");
	return EX_CONFIG;
}

/* Tell the changes since they were told last, in a store that remembers that.
 */
static int
tell_new_changes(
    struct opened *in, struct judged_overview *l, const struct options *o)
{
	struct fault f = { 0 };
	struct store *told;
	int rc;

	/* a file is opened again, now to be written */
	if (in->shared == NULL) {
		store_close(in->store);
		in->store = NULL;
	}
	told = told_store_open(in, o->dry_run, &f);
	rc = told != NULL ? tell_changes(told, l, o, &f) : -1;
	store_close(told);
	return rc == -1 ? cmd_failed(&f) : 0;
}

static int
tell(struct opened *in, struct judged_overview *l, const struct options *o)
{
	if (o->changes)
		return tell_new_changes(in, l, o);
	if (o->mail)
		tell_mail(&in->config, l);
	else
		tell_all(l, o);
	return 0;
}

/* 0, or the exit code of a wrong command line. */
static int
check_arguments(const struct options *o)
{
	if (o->changes && (o->from != NULL || o->to != NULL ||
			      o->since != NULL || o->domains.n > 0))
		return cmd_usage("summary: --changes looks at all domains and "
				 "the last 30 days: give no range");
	if (o->mail && (o->changes || o->json))
		return cmd_usage("summary: --mail is a form of its own: give "
				 "neither --changes nor --json");
	if (o->dry_run && !o->changes)
		return cmd_usage("summary: -n goes with --changes");
	if (o->min_sessions > 0 && !o->has_fail_above)
		return cmd_usage("summary: --min-sessions goes with "
				 "--fail-above");
	if (o->n_args > 0)
		return cmd_usage("summary: takes no arguments");
	return range_options_check(o, "summary");
}

static int
run(const struct options *o)
{
	struct fault f = { 0 };
	struct judged_overview overview = { 0 };
	struct opened in;
	int status;

	if ((status = check_arguments(o)) != 0)
		return status;
	if (o->mail)
		printable_be_utf8(); /* as its Content-Type says */
	status = cmd_open_reading(o, CONFIG_OPTIONAL, &in);
	if (status == 0 && o->mail)
		status = check_envelope(&in.config);
	if (status == 0)
		status = range_options_check_domains(o, "summary", in.store);
	if (status == 0 && judged_overview_read(&overview, &in, o,
			       printable_is_ascii(), &f) == -1)
		status = cmd_failed(&f);
	if (status == 0 &&
	    require_advice_read(&overview, in.store, &in.config, &f) == -1)
		status = cmd_failed(&f);
	if (status == 0)
		status = tell(&in, &overview, o);
	if (status == 0)
		status = check_alarm(&overview, o);
	judged_overview_free(&overview);
	cmd_close(&in);
	return status;
}

const struct command cmd_summary = {
	.name = "summary",
	.arguments = "[--changes|--mail] [--json] [options]",
	.summary = "what matters, on one screen",
	.options = OPTION_DRY_RUN | OPTION_JSON | OPTION_RANGE | OPTION_ALARM |
		   OPTION_CHANGES | OPTION_MAIL,
	.prints = true,
	.run = run,
};
