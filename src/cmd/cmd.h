#ifndef CMD_CMD_H
#define CMD_CMD_H

#include <stdbool.h>

#include "cmd/command_line.h"
#include "config/config.h"
#include "store/store.h"

struct fault;
struct shared_mirror;

/*
 * A command: parse its arguments, call the rooms, print.  It returns the exit
 * code (sysexits.h); what went wrong was logged.
 */
struct command {
	const char *name;
	const char *arguments; /* "[-n] [--json] PATH..." */
	const char *summary;
	unsigned options; /* enum option_set */
	/* it prints and does nothing else: it ends when nobody reads on, as in
	 * "tlsrua show ... | head" */
	bool prints;
	/* why it does nothing with a shared store, and what to do instead;
	 * NULL: it does something, or needs no store */
	const char *needs_file;
	int (*run)(const struct options *);
};

extern const struct command cmd_poll, cmd_import, cmd_export, cmd_status,
    cmd_show, cmd_quarantine, cmd_explain, cmd_summary, cmd_html, cmd_mute,
    cmd_check, cmd_prune, cmd_drop, cmd_metrics, cmd_notify, cmd_receive,
    cmd_record, cmd_ship;

/* Whether a command can do without a configuration. */
enum config_need {
	CONFIG_REQUIRED, /* poll and check: mailboxes are named nowhere else */
	CONFIG_OPTIONAL, /* with -d the defaults do */
	CONFIG_UNUSED	 /* read only when there is one */
};

/*
 * The service (config/shared_store.h) when -d names a shared store; NULL when
 * the store is a file.
 */
const char *cmd_shared_service(const struct config *);

/*
 * Read the configuration of -c, or else /etc/tlsrua.conf, and put -d over its
 * store.  Returns 0, or the exit code once what is wrong was logged;
 * config_free() it in either case.
 */
int cmd_config(const struct options *, enum config_need, struct config *);

/* The configuration, and the store that it or -d names. */
struct opened {
	struct config config;
	struct store *store;
	struct shared_mirror *shared; /* `store` is its mirror; NULL: a file */
};

/*
 * Read the configuration and open its store.  Returns 0, or the exit code once
 * what is wrong was logged; cmd_close() it in either case.
 */
int cmd_open(const struct options *, enum config_need, enum store_access,
    struct opened *);

/*
 * The same for a command that only reads, and can read a shared store as well:
 * then `store` is a mirror of it, into which the caller has to bring what it
 * reads (ship/shared_mirror.h).
 */
int cmd_open_reading(const struct options *, enum config_need, struct opened *);

/*
 * Only open the store, after cmd_config() has read the configuration: the
 * second halves of cmd_open() and cmd_open_reading().
 */
int cmd_open_store(enum store_access, struct opened *);
int cmd_open_to_read(const struct options *, struct opened *);

/*
 * A change that people make to a store, in two forms: `here` for a store that
 * is a file, opened with `access`; `there` for a shared store.  Both return 0,
 * or the exit code once what is wrong was logged.
 */
struct shared_service;
struct store_work {
	enum store_access access;
	int (*here)(void *arg, struct opened *);
	int (*there)(void *arg, const struct shared_service *);
	void *arg;
};

/* Make it to the store that the configuration or -d names; the exit code. */
int cmd_work(const struct options *, const struct store_work *);

void cmd_close(struct opened *);

/* Log a fault and return its exit code. */
int cmd_failed(const struct fault *);

/* Put `next` into `*status`, unless there is an earlier failure in it. */
void cmd_note_status(int *status, int next);

/*
 * Say in one line what was done, to a person at a terminal or with -v;
 * elsewhere a command that did its work is silent.
 */
void cmd_done(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Log what is wrong with the command line.  Returns EX_USAGE. */
int cmd_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
