#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stdbool.h>

#include "cmd/command_line.h"
#include "config/config.h"

struct fault;
struct store;

/*
 * A command: parse its arguments, call the rooms, print.  It returns the exit
 * code (sysexits.h); what went wrong was logged.
 */
struct command {
	const char *name;
	const char *arguments; /* "[-n] [--json] PATH..." */
	const char *summary;
	unsigned options; /* enum option_set */
	int (*run)(const struct options *);
};

extern const struct command cmd_poll, cmd_import, cmd_export, cmd_status,
    cmd_show, cmd_quarantine, cmd_explain, cmd_summary, cmd_html, cmd_mute,
    cmd_check, cmd_prune;

/* Whether a command can do without a configuration. */
enum config_need {
	CONFIG_REQUIRED, /* poll: mailboxes stand nowhere else */
	CONFIG_OPTIONAL, /* with -d, the defaults do */
	CONFIG_UNUSED	 /* read only when there is one */
};

/*
 * The configuration of -c or /etc/tlsrua.conf with -d over it.  0, or the exit
 * code, and what is wrong was logged; config_free() in either case.
 */
int cmd_config(const struct options *, enum config_need, struct config *config);

/* Log a fault and return its exit code. */
int cmd_failed(const struct fault *);

/* Log what is wrong with the arguments; returns EX_USAGE. */
int cmd_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
