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
list(struct store *st, struct fault *f)
{
	size_t n = 0;

	if (store_read_mutes(st, print_mute, &n, f) == -1)
		return -1;
	puts(n == 0 ? "No problem is muted."
		    : "\nNext: tlsrua mute --end PROBLEM, or explain PROBLEM.");
	return 0;
}

static void
tell(const struct options *o, int64_t number)
{
	if (o->end != NULL)
		cmd_done("problem %" PRId64 " is no longer muted", number);
	else
		cmd_done(
		    "problem %" PRId64 " is muted until %s", number, o->until);
}

static int
mute(struct store *st, const struct options *o, int64_t number, struct fault *f)
{
	if (o->list)
		return list(st, f);
	if (o->end != NULL) {
		if (store_end_mute(st, number, f) == -1)
			return -1;
	} else if (store_mute(st, number, o->until, o->note, f) == -1) {
		return -1;
	}
	tell(o, number);
	return 0;
}

/* In a store that is a file, or one that is read. */
static int
mute_here(
    struct opened *in, const struct options *o, int64_t number, struct fault *f)
{
	if (in->shared != NULL && shared_mirror_mutes(in->shared, f) == -1)
		return -1;
	return mute(in->store, o, number, f);
}

static int
mute_there(const struct shared_service *s, const struct options *o,
    int64_t number, struct fault *f)
{
	if (o->end != NULL && operate_end_mute(s, number, f) == -1)
		return -1;
	if (o->end == NULL &&
	    operate_mute(s, number, o->until, o->note, f) == -1)
		return -1;
	tell(o, number);
	return 0;
}

/* 0, or the exit code. */
static int
open_and_mute(struct opened *in, const struct options *o, int64_t number)
{
	struct shared_service shared;
	struct fault f = { 0 };
	int rc, status = 0;

	if (cmd_shared(&in->config, &shared) && !o->list) {
		rc = mute_there(&shared, o, number, &f);
	} else {
		status = o->list ? cmd_open_to_read(o, in)
				 : cmd_open_store(STORE_WRITE, in);
		if (status != 0)
			return status;
		rc = mute_here(in, o, number, &f);
	}
	return rc == -1 ? cmd_failed(&f) : 0;
}

static int
run(const struct options *o)
{
	struct opened in = { 0 };
	int64_t number = 0;
	int status;

	if ((status = check_arguments(o, &number)) != 0)
		return status;
	status = cmd_config(o, CONFIG_OPTIONAL, &in.config);
	if (status == 0)
		status = open_and_mute(&in, o, number);
	cmd_close(&in);
	return status;
}

const struct command cmd_mute = {
	.name = "mute",
	.arguments = "PROBLEM --until DATE --note TEXT",
	.summary = "no alarm about a known problem until then",
	.options = OPTION_MUTE,
	.run = run,
};
