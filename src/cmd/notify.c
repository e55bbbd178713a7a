#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "base/stop_signal.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/told_store.h"
#include "export/first_day.h"
#include "notify/due_changes.h"
#include "notify/notify.h"
#include "ship/shared_mirror.h"
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

/* The shared store, whose mirror is read while the command is told. */
struct shared_source {
	const struct config *config;
	struct shared_mirror *mirror;
};

static struct store *
open_source(void *arg, struct fault *f)
{
	struct shared_source *s = arg;
	char from[16];

	s->mirror = shared_mirror_open(cmd_shared_service(s->config),
	    s->config->postgresql.timeout, NULL, 0, f);
	if (s->mirror == NULL ||
	    first_day_since(
		shared_mirror_store(s->mirror), DUE_DAYS, from, f) == -1 ||
	    shared_mirror_overview(
		s->mirror, from[0] != '\0' ? from : NULL, NULL, f) == -1)
		return NULL;
	return shared_mirror_store(s->mirror);
}

static void
close_source(void *arg)
{
	struct shared_source *s = arg;

	shared_mirror_close(s->mirror);
}

static int
tell(const struct opened *in)
{
	struct shared_source shared = { .config = &in->config };
	struct notify_source source = { open_source, close_source, &shared };
	bool is_shared = cmd_shared_service(&in->config) != NULL;
	struct fault f = { 0 };
	struct store *told;
	int status;

	stop_listen("notify: stopped: the next run tells the rest");
	if ((told = told_store_open(in, false, &f)) == NULL)
		return cmd_failed(&f);
	status = notify_changes(told, is_shared ? &source : NULL, &in->config);
	store_close(told);
	return status;
}

static int
run(const struct options *o)
{
	struct opened in = { 0 };
	int status;

	if (o->n_args > 0)
		return cmd_usage("notify: takes no arguments");
	status = cmd_config(o, CONFIG_REQUIRED, &in.config);
	if (status == 0)
		status = o->test || in.config.notify_command[0] == '\0'
			     ? test(&in.config)
			     : tell(&in);
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
