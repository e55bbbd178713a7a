#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/fault.h"
#include "base/utc.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/problem_number.h"
#include "output/terminal_text.h"
#include "ship/operate.h"
#include "ship/shared_mirror.h"
#include "store/store.h"
#include "upkeep/problems.h"

static int
parse_number(const char *text, int64_t *number)
{
	if (problem_number(text, number) == 0)
		return 0;
	return cmd_usage("mute: %s: no number of a problem; see `tlsrua export "
			 "-o - problems`",
	    text);
}

/* 0, or the exit code of a wrong command line. */
static int
check_arguments(const struct options *o, int64_t *number)
{
	char today[UTC_TEXT];

	if (o->list || o->end != NULL) {
		if (o->n_args > 0 || o->until != NULL || o->note != NULL ||
		    (o->list && o->end != NULL))
			return cmd_usage("mute: --list and --end PROBLEM stand "
					 "alone");
		return o->list ? 0 : parse_number(o->end, number);
	}
	if (o->n_args != 1)
		return cmd_usage("mute: which problem? give its number, as in "
				 "problems.csv, or --list");
	if (parse_number(o->args[0], number) != 0)
		return EX_USAGE;
	if (o->until == NULL || o->note == NULL)
		return cmd_usage("mute: until when, and why? give --until DATE "
				 "and --note TEXT");
	utc_format_date((int64_t)time(NULL), today);
	if (strcmp(o->until, today) < 0)
		return cmd_usage("mute: --until %s is over: give a day from "
				 "%s on",
		    o->until, today);
	return 0;
}

static void
print_mute(void *arg, const struct store_problem *p)
{
	size_t *n = arg;

	++*n;
	printf("%" PRId64 "  until %s: ", p->number, p->muted_until);
	text_put(stdout, p->mute_note);
	fputs("\n    ", stdout);
	text_put(stdout, p->result_type);
	if (p->mx[0] != '\0') {
		fputs(" at ", stdout);
		text_put(stdout, p->mx);
	}
	fputs(", for mail to ", stdout);
	text_put(stdout, p->domain);
	putchar('\n');
}

static int
list(struct opened *in, struct fault *f)
{
	size_t n = 0;

	if ((in->shared != NULL && shared_mirror_mutes(in->shared, f) == -1) ||
	    store_read_mutes(in->store, print_mute, &n, f) == -1)
		return -1;
	puts(n == 0 ? "No problem is muted."
		    : "\nNext: tlsrua mute --end PROBLEM, or explain PROBLEM.");
	return 0;
}

static int
list_mutes(const struct options *o)
{
	struct opened in;
	struct fault f = { 0 };
	int status = cmd_open_reading(o, CONFIG_OPTIONAL, &in);

	if (status == 0 && list(&in, &f) == -1)
		status = cmd_failed(&f);
	cmd_close(&in);
	return status;
}

/* A mute that begins or ends. */
struct muting {
	const struct options *options;
	int64_t number; /* of the problem */
};

/* 0, or the exit code, after what was done to a store. */
static int
finish(const struct muting *m, int rc, const struct fault *f)
{
	if (rc == -1)
		return cmd_failed(f);
	if (m->options->end != NULL)
		cmd_done("problem %" PRId64 " is no longer muted", m->number);
	else
		cmd_done("problem %" PRId64 " is muted until %s", m->number,
		    m->options->until);
	return 0;
}

static int
mute_here(void *arg, struct opened *in)
{
	const struct muting *m = arg;
	const struct options *o = m->options;
	struct fault f = { 0 };
	int rc;

	if (o->end != NULL)
		rc = store_end_mute(in->store, m->number, &f);
	else
		rc = store_mute(in->store, m->number, o->until, o->note, &f);
	return finish(m, rc, &f);
}

static int
mute_there(void *arg, const struct shared_service *s)
{
	const struct muting *m = arg;
	const struct options *o = m->options;
	struct fault f = { 0 };
	int rc;

	if (o->end != NULL)
		rc = operate_end_mute(s, m->number, &f);
	else
		rc = operate_mute(s, m->number, o->until, o->note, &f);
	return finish(m, rc, &f);
}

static int
run(const struct options *o)
{
	struct muting m = { .options = o };
	struct store_work work = { STORE_WRITE, mute_here, mute_there, &m };
	int status = check_arguments(o, &m.number);

	if (status != 0)
		return status;
	return o->list ? list_mutes(o) : cmd_work(o, &work);
}

const struct command cmd_mute = {
	.name = "mute",
	.arguments = "PROBLEM --until DATE --note TEXT",
	.summary = "no alarm about a known problem until then",
	.options = OPTION_MUTE,
	.run = run,
};
