#ifndef CMD_COMMAND_LINE_H
#define CMD_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/vouching.h"

/* The options that a command takes beside the global ones, as a bit set. */
enum option_set {
	OPTION_DRY_RUN = 1 << 0,  /* -n */
	OPTION_JSON = 1 << 1,	  /* --json */
	OPTION_OUTPUT = 1 << 2,	  /* -o */
	OPTION_RANGE = 1 << 3,	  /* --from --to --since --domain */
	OPTION_ARRIVAL = 1 << 4,  /* --arrival */
	OPTION_TIMING = 1 << 5,	  /* --timing */
	OPTION_RAW = 1 << 6,	  /* --raw */
	OPTION_ALL = 1 << 7,	  /* --all */
	OPTION_ORG = 1 << 8,	  /* --org */
	OPTION_FILE = 1 << 9,	  /* -o, for a file */
	OPTION_ALARM = 1 << 10,	  /* --fail-above --min-sessions */
	OPTION_CHANGES = 1 << 11, /* --changes */
	OPTION_FORMAT = 1 << 12,  /* --format */
	OPTION_MUTE = 1 << 13,	  /* --until --note --list --end */
	OPTION_VERIFY = 1 << 14,  /* --verify */
	OPTION_CHECK = 1 << 15,	  /* --check */
	OPTION_MAILBOX = 1 << 16, /* --mailbox */
	OPTION_PRUNE = 1 << 17,	  /* --before --raw --details */
	OPTION_STYLE = 1 << 18,	  /* --bom --delimiter --decimal */
	OPTION_AGAIN = 1 << 19,	  /* --again-actions */
	OPTION_DKIM = 1 << 20,	  /* --dkim */
	OPTION_TEST = 1 << 21,	  /* --test */
	OPTION_MAIL = 1 << 22,	  /* --mail */
	OPTION_RECORD = 1 << 23,  /* --rua --ttl */
	OPTION_DOMAINS = 1 << 24, /* --no-smtp --resolver --from-file */
	OPTION_VIEWS = 1 << 25,	  /* --views */
	OPTION_SHIP = 1 << 26,	  /* --init --print --status --again */
	OPTION_SYSLOG = 1 << 27	  /* --syslog */
};

/* The values of an option that may be repeated. */
struct option_list {
	const char **item;
	size_t n;
};

/* The command line, parsed; strings belong to argv or to `memory`. */
struct options {
	const char *config; /* -c; NULL when not given */
	const char *store;  /* -d; NULL when not given */
	int verbose;
	bool quiet;
	bool help, version;
	bool dry_run, json, timing, raw, all, changes, verify, check, ndjson,
	    mailbox, test, mail;
	bool bom, views, syslog;
	char delimiter, decimal;    /* of CSV; '\0' when not given */
	const char *output;	    /* -o; NULL when not given */
	const char *from, *to;	    /* UTC days, checked; NULL */
	const char *since;	    /* "30d", checked; NULL */
	unsigned since_days;	    /* the same as a number; 0 for "all" */
	struct option_list domains; /* in the form in which they are stored */
	struct option_list organizations;
	struct option_list ruas;
	const char *ttl;     /* of a record, as typed; NULL */
	struct arena memory; /* of the domains */
	bool has_fail_above;
	double fail_above;     /* percent, 0 to 100 */
	uint64_t min_sessions; /* 0: not given */
	const char *until;     /* a UTC day, checked; NULL */
	const char *note;      /* NULL when not given */
	bool list, again_actions;
	const char *end;    /* number of a problem; NULL when not given */
	const char *before; /* a UTC day, checked; NULL */
	bool details;
	enum dkim_mode dkim; /* --dkim; DKIM_UNSET when not given */
	bool no_smtp, post;
	bool init, print, status, again; /* of ship */
	const char *resolver;		 /* ADDRESS or ADDRESS@PORT; NULL */
	const char *from_file;		 /* NULL when not given */
	bool has_arrival;
	int64_t arrival;
	char *const *args; /* the arguments that are no options */
	size_t n_args;
};

/*
 * Parse the options of `set` and the global ones, wherever they stand, or, with
 * `stop_at_command`, up to the first argument that is no option.  Returns 0
 * with the index of the first argument that was not parsed in `*next`, or -1
 * once what is wrong was logged.  options_free() it in either case.
 */
int options_parse(struct options *, int argc, char **argv, unsigned set,
    bool stop_at_command, int *next);
void options_free(struct options *);

/* Print a line for each option of the set, to stdout, for --help. */
void options_help(unsigned set);

#endif
