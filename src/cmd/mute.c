#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/problem_number.h"
#include "store/problems.h"
#include "store/store.h"

/* 0, or the exit code of a wrong command line. */
static int
check_arguments(const struct options *o, int64_t *number)
{
	if (o->n_args != 1)
		return cmd_usage("mute: which problem? give its number, as in "
				 "problems.csv");
	if (problem_number(o->args[0], number) == -1)
		return cmd_usage("mute: %s: no number of a problem; see "
				 "`tlsrua export -o - problems`",
		    o->args[0]);
	if (o->until == NULL || o->note == NULL)
		return cmd_usage("mute: until when, and why? give --until DATE "
				 "and --note TEXT");
	return 0;
}

static int
run(const struct options *o)
{
	struct opened in;
	struct fault f = { 0 };
	int64_t number = 0;
	int status;

	if ((status = check_arguments(o, &number)) != 0)
		return status;
	status = cmd_open(o, CONFIG_OPTIONAL, STORE_WRITE, &in);
	if (status == 0 &&
	    store_mute(in.store, number, o->until, o->note, &f) == -1)
		status = cmd_failed(&f);
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
