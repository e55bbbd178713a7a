#include <stdlib.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/stop_signal.h"
#include "cmd/check_mailbox.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/mailbox_arguments.h"
#include "config/config.h"
#include "output/checklist.h"

/* Returns 0, 1 when a mailbox failed, or 75 when a signal stopped it. */
static int
check_all(const struct options *o, const struct config *c)
{
	const struct config_mailbox **list =
	    xcalloc(c->n_mailboxes, sizeof *list);
	struct checklist out = { .out = stdout, .json = o->json };
	size_t i, n = mailbox_arguments_list(o, c, list);
	int status = 0;

	stop_listen("check: stopped");
	for (i = 0; i < n && !stop_requested(); i++) {
		check_mailbox(c, list[i], &out);
		if (out.failed)
			status = 1;
	}
	free(list);
	return stop_requested() ? EX_TEMPFAIL : status;
}

static int
run(const struct options *o)
{
	struct config c;
	int status;

	if (!o->mailbox)
		return cmd_usage("check: domains are not supported yet: use "
				 "--mailbox");
	if ((status = cmd_config(o, CONFIG_REQUIRED, &c)) == 0 &&
	    (status = mailbox_arguments_check(o, &c, "check")) == 0)
		status = check_all(o, &c);
	config_free(&c);
	return status;
}

const struct command cmd_check = {
	.name = "check",
	.arguments = "--mailbox [--json] [MAILBOX...]",
	.summary = "mailbox set-up, point by point",
	.options = OPTION_MAILBOX | OPTION_JSON,
	.run = run,
};
