#include <inttypes.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/stop_signal.h"
#include "base/timing.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/ship_run.h"
#include "output/json_line.h"
#include "output/terminal_text.h"
#include "ship/ship.h"
#include "store/store.h"

static const char stopped[] = "ship: stopped: the next run goes on from here";

static void
print_json(const struct ship_counts *c, double seconds)
{
	struct json_object *o = json_new_object();

	json_add_number(o, "shipped", c->shipped);
	json_add_number(o, "new", c->added);
	json_add_number(o, "duplicate", c->duplicate);
	json_add_number(o, "conflict", c->conflict);
	json_add_number(o, "better", c->better);
	json_add_number(o, "refused", c->refused);
	json_add_number(o, "waiting", c->waiting);
	json_add_decimal(o, "seconds", seconds, 3);
	json_line_print(stdout, o);
}

static int
ship_all(struct store *st, const struct options *o,
    const struct ship_settings *settings)
{
	struct ship_counts c = { 0 };
	struct fault f = { 0 };
	double seconds = timing_now();
	int rc;

	if (store_lock(st, &f) == -1)
		return cmd_failed(&f);
	stop_listen(stopped);
	rc = ship(st, settings, &c, &f);
	seconds = timing_now() - seconds;
	if (o->json)
		print_json(&c, seconds);
	else
		cmd_done("%" PRId64 " report%s shipped in %.1f s: %" PRId64
			 " new, %" PRId64 " known, %" PRId64
			 " in conflict, %" PRId64 " better known, %" PRId64
			 " refused",
		    c.shipped, c.shipped == 1 ? "" : "s", seconds, c.added,
		    c.duplicate, c.conflict, c.better, c.refused);
	return rc == -1 ? cmd_failed(&f) : 0;
}

static void
line_json(void *arg, const struct ship_journal *j)
{
	struct json_object *o = json_new_object();

	(void)arg;
	json_add_text(o, "journal", j->id);
	json_add_text(o, "name", j->name);
	json_add_bool(o, "this", j->is_this);
	json_add_text(o, "shipped", j->shipped);
	json_add_number(o, "position", j->position);
	json_add_number(o, "waiting", j->waiting);
	json_add_number(o, "new", j->reports);
	json_add_number(o, "duplicate", j->duplicates);
	json_add_number(o, "conflict", j->conflicts);
	json_add_number(o, "better", j->better);
	json_add_number(o, "unshipped", j->unshipped);
	json_add_text(o, "reason", j->reason);
	json_line_print(stdout, o);
}

static void
line_words(void *arg, const struct ship_journal *j)
{
	(void)arg;
	text_put(stdout, j->name);
	printf("%s, journal %s\n    last shipped %s; %" PRId64
	       " reports new there, %" PRId64 " known, %" PRId64
	       " in conflict, %" PRId64 " better known\n",
	    j->is_this ? " (this store)" : "", j->id,
	    j->shipped[0] != '\0' ? j->shipped : "never", j->reports,
	    j->duplicates, j->conflicts, j->better);
	if (j->waiting > 0)
		printf("    %" PRId64
		       " event%s not shipped yet: `tlsrua ship`\n",
		    j->waiting, j->waiting == 1 ? "" : "s");
	if (j->unshipped == 0)
		return;
	printf("    %" PRId64 " report%s the shared store does not take: ",
	    j->unshipped, j->unshipped == 1 ? "" : "s");
	text_put(stdout, j->reason);
	fputs(": `tlsrua ship --again` tries again\n", stdout);
}

static int
show_status(const struct options *o, struct opened *in,
    const struct ship_settings *settings)
{
	struct fault f = { 0 };
	int status = cmd_open_store(STORE_READ, in);

	if (status != 0)
		return status;
	if (ship_status(in->store, settings, o->json ? line_json : line_words,
		NULL, &f) == -1)
		return cmd_failed(&f);
	return 0;
}

static int
init(const struct ship_settings *settings)
{
	struct fault f = { 0 };

	switch (ship_init(settings, &f)) {
	case -1:
		return cmd_failed(&f);
	case 0:
		cmd_done("the shared store is there already");
		return 0;
	default:
		cmd_done("the shared store is made: GRANT tlsrua_ship TO the "
			 "role that ships");
		return 0;
	}
}

static int
print_schema(void)
{
	struct fault f = { 0 };

	return ship_print_schema(&f) == -1 ? cmd_failed(&f) : 0;
}

static int
check_arguments(const struct options *o)
{
	if (o->n_args > 0)
		return cmd_usage("ship: takes no arguments");
	if (o->print && !o->init)
		return cmd_usage("ship: --print goes with --init");
	if (o->init + o->status + o->again > 1)
		return cmd_usage(
		    "ship: give only one of --init, --status and --again");
	if (o->json && o->init)
		return cmd_usage("ship: --init has nothing to say in JSON");
	return 0;
}

static int
run(const struct options *o)
{
	struct opened in = { 0 };
	struct ship_settings settings;
	int status = check_arguments(o);

	if (status != 0)
		return status;
	if (o->print)
		return print_schema();
	if ((status = cmd_config(o, CONFIG_REQUIRED, &in.config)) == 0) {
		ship_settings_of(&in.config, &settings);
		settings.again = o->again;
		if (settings.service[0] == '\0') {
			log_error("%s: [postgresql] service is not set: write "
				  "service = NAME, where NAME is the section "
				  "of libpq's service file that leads to the "
				  "shared store",
			    in.config.path);
			status = EX_CONFIG;
		} else if (o->init) {
			status = init(&settings);
		} else if (o->status) {
			status = show_status(o, &in, &settings);
		} else if ((status = cmd_open_store(STORE_WRITE, &in)) == 0) {
			status = ship_all(in.store, o, &settings);
		}
	}
	cmd_close(&in);
	return status;
}

const struct command cmd_ship = {
	.name = "ship",
	.arguments = "[--init | --status | --again] [--json]",
	.summary = "ship what is new to PostgreSQL",
	.options = OPTION_JSON | OPTION_SHIP,
	.needs_file = "it ships the store of a poller, which is a file: leave "
		      "-d out, and name the shared store in [postgresql]",
	.run = run,
};
