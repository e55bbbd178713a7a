#include <stdbool.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/stop_signal.h"
#include "cmd/check_domains.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/domain_arguments.h"
#include "cmd/mailbox_arguments.h"
#include "config/config.h"
#include "config/domain_list.h"
#include "config/value_types.h"
#include "output/checklist.h"
#include "setup/check_machine.h"
#include "setup/check_mailbox.h"

/* Returns 0, 1 when a mailbox failed, or 75 when a signal stopped it. */
static int
check_mailboxes(
    const struct options *o, const struct config *c, struct checklist *out)
{
	const struct config_mailbox **list =
	    xcalloc(c->n_mailboxes, sizeof *list);
	size_t i, n = mailbox_arguments_list(o, c, list);
	int status = 0;

	for (i = 0; i < n && !stop_requested(); i++) {
		check_mailbox(c, list[i], out);
		if (out->failed)
			status = 1;
	}
	free(list);
	return stop_requested() ? EX_TEMPFAIL : status;
}

static int
check_domains_given(const struct options *o)
{
	struct domain_list domains = { 0 };
	struct arena arena = { 0 };
	struct config c;
	int status;

	if ((status = cmd_config(o, CONFIG_UNUSED, &c)) == 0 &&
	    (status = domain_arguments_list(o, &c, &arena, &domains)) == 0)
		status = check_domains(o, &c, &domains, false);
	free(domains.name);
	arena_free(&arena);
	config_free(&c);
	return status;
}

static struct checklist
printed_list(const struct options *o)
{
	return (struct checklist){
		.out = stdout, .json = o->json, .quiet = o->quiet
	};
}

/* Without names, all: the machine, the mailboxes, and our domains. */
static int
check_everything(const struct options *o, const struct config *c,
    struct domain_list *domains)
{
	struct checklist out = {
		.out = stdout, .json = o->json, .quiet = o->quiet
	};
	bool has_resolver = check_machine(c, o->resolver, &out);
	int status = out.failed ? 1 : 0, next;

	next = stop_requested() ? EX_TEMPFAIL : check_mailboxes(o, c, &out);
	status = status == 1 ? status : next;
	if (has_resolver && domains->n > 0 && !stop_requested()) {
		next = check_domains(o, c, domains, out.has_begun);
		status = status == 1 || next == 0 ? status : next;
	}
	return status;
}

static int
check_all(const struct options *o)
{
	struct domain_list domains = { 0 };
	struct arena arena = { 0 };
	struct config c;
	int status;

	if ((status = cmd_config(o, CONFIG_REQUIRED, &c)) == 0 &&
	    (status = domain_arguments_list(o, &c, &arena, &domains)) == 0)
		status = check_everything(o, &c, &domains);
	free(domains.name);
	arena_free(&arena);
	config_free(&c);
	return status;
}

static int
check_mailboxes_given(const struct options *o)
{
	struct checklist out = printed_list(o);
	struct config c;
	int status;

	if ((status = cmd_config(o, CONFIG_REQUIRED, &c)) == 0 &&
	    (status = mailbox_arguments_check(o, &c, "check")) == 0)
		status = check_mailboxes(o, &c, &out);
	config_free(&c);
	return status;
}

static int
run(const struct options *o)
{
	if (o->resolver != NULL && !setting_is_dns_server(o->resolver))
		return cmd_usage("--resolver %s: no address of a server; write "
				 "it as 192.0.2.53, or 192.0.2.53@5353 with a "
				 "port",
		    o->resolver);
	stop_listen("check: stopped");
	if (o->mailbox)
		return check_mailboxes_given(o);
	return domain_arguments_given(o) ? check_domains_given(o)
					 : check_all(o);
}

const struct command cmd_check = {
	.name = "check",
	.arguments = "[--mailbox] [--json] [DOMAIN...]",
	.summary = "whether all is right, point by point",
	.options = OPTION_MAILBOX | OPTION_JSON | OPTION_DOMAINS,
	.needs_file = "what is looked at is a poller and its store, which is a "
		      "file: leave -d out, and the shared store of "
		      "[postgresql] is looked at, too",
	.run = run,
};
