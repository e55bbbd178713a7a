#include "base/fault.h"
#include "base/stop_signal.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "notify/notify.h"
#include "store/store.h"

static int
test(const struct config *c)
{
	struct fault f = { 0 };

	if (notify_test(c, &f) == -1)
		return cmd_failed(&f);
	cmd_done("notify: the command took the test: %s", c->notify_command);
	return 0;
}

static int
run(const struct options *o)
{
	struct opened in = { 0 };
	int status;

	if (o->n_args > 0)
		return cmd_usage("notify: takes no arguments");
	status = cmd_config(o, CONFIG_REQUIRED, &in.config);
	if (status == 0 && (o->test || in.config.notify_command[0] == '\0')) {
		status = test(&in.config);
	} else if (status == 0 &&
		   (status = cmd_open_store(STORE_WRITE, &in)) == 0) {
		stop_listen("notify: stopped: the next run tells the rest");
		status = notify_changes(in.store, &in.config);
	}
	cmd_close(&in);
	return status;
}

const struct command cmd_notify = {
	.name = "notify",
	.arguments = "[--test]",
	.summary = "tell [notify] command what changed, or a test",
	.options = OPTION_TEST,
	.run = run,
};
