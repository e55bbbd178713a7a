#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "cmd/command_line.h"
#include "cmd/option_values.h"
#include "config/value_types.h"

enum {
	TYPED_MAX = 64 /* room for an option as it was typed */
};

static const struct spec {
	enum option_key key;
	const char *name;
	const char *value; /* placeholder for --help; NULL: takes none */
	unsigned set;	   /* enum option_set; 0: global */
	const char *help;
} specs[] = {
	{ KEY_DRY_RUN, "dry-run", NULL, OPTION_DRY_RUN,
	    "say what would happen, change nothing" },
	{ KEY_JSON, "json", NULL, OPTION_JSON, "one line for programs" },
	{ KEY_OUTPUT, "output", "DIR|-", OPTION_OUTPUT,
	    "where to write; - for standard output" },
	{ KEY_OUTPUT, "output", "FILE", OPTION_FILE, "the file to write" },
	{ KEY_FROM, "from", "DATE", OPTION_RANGE, "first UTC day" },
	{ KEY_TO, "to", "DATE", OPTION_RANGE, "last UTC day" },
	{ KEY_SINCE, "since", "30d", OPTION_RANGE,
	    "that many days, up to the newest stored; or all" },
	{ KEY_DOMAIN, "domain", "DOMAIN", OPTION_RANGE,
	    "this recipient domain alone; may be repeated" },
	{ KEY_ORG, "org", "NAME", OPTION_ORG,
	    "this reporting organization alone; may be repeated" },
	{ KEY_ARRIVAL, "arrival", "TIME", OPTION_ARRIVAL,
	    "when it arrived (RFC 3339)" },
	{ KEY_DKIM, "dkim", "MODE", OPTION_DKIM,
	    "off, record or require, over the configuration's" },
	{ KEY_TIMING, "timing", NULL, OPTION_TIMING,
	    "say where the time went" },
	{ KEY_AGAIN, "again-actions", NULL, OPTION_AGAIN,
	    "after_import also for mails imported by earlier runs" },
	{ KEY_RAW, "raw", NULL, OPTION_RAW, "the bytes as received" },
	{ KEY_ALL, "all", NULL, OPTION_ALL, "everything in quarantine" },
	{ KEY_FAIL_ABOVE, "fail-above", "1%", OPTION_ALARM,
	    "exit with 1 when more of a domain's sessions failed" },
	{ KEY_MIN_SESSIONS, "min-sessions", "N", OPTION_ALARM,
	    "do not judge a domain with fewer sessions" },
	{ KEY_CHANGES, "changes", NULL, OPTION_CHANGES,
	    "what is new, worse or cured since the last time" },
	{ KEY_MAIL, "mail", NULL, OPTION_MAIL,
	    "the last week as a mail with the page, for sendmail -t" },
	{ KEY_FORMAT, "format", "csv|ndjson", OPTION_FORMAT,
	    "CSV for spreadsheets, or a JSON object a line" },
	{ KEY_BOM, "bom", NULL, OPTION_STYLE,
	    "begin CSV with a byte order mark, for Excel" },
	{ KEY_DELIMITER, "delimiter", "NAME", OPTION_STYLE,
	    "comma, semicolon, tab or pipe" },
	{ KEY_DECIMAL, "decimal", ".|,", OPTION_STYLE, "the decimal point" },
	{ KEY_SYSLOG, "syslog", NULL, OPTION_SYSLOG,
	    "tell syslog of mailboxes and new problems" },
	{ KEY_VIEWS, "views", NULL, OPTION_VIEWS,
	    "write the views of the configuration" },
	{ KEY_UNTIL, "until", "DATE", OPTION_MUTE, "last UTC day" },
	{ KEY_NOTE, "note", "TEXT", OPTION_MUTE, "why, for those who ask" },
	{ KEY_LIST, "list", NULL, OPTION_MUTE, "the problems that are muted" },
	{ KEY_END, "end", "PROBLEM", OPTION_MUTE, "end a mute" },
	{ KEY_TEST, "test", NULL, OPTION_TEST,
	    "run [notify] command once with a test" },
	{ KEY_VERIFY, "verify", NULL, OPTION_VERIFY,
	    "count all figures from scratch and compare" },
	{ KEY_CHECK, "check", NULL, OPTION_CHECK,
	    "exit with 1 when a mailbox or all reports are overdue" },
	{ KEY_MAILBOX, "mailbox", NULL, OPTION_MAILBOX,
	    "log into the mailboxes and look at their folders" },
	{ KEY_POST, "post", NULL, OPTION_DOMAINS, "POST a test report" },
	{ KEY_NO_SMTP, "no-smtp", NULL, OPTION_DOMAINS,
	    "connect to nobody on port 25" },
	{ KEY_RESOLVER, "resolver", "ADDRESS[@PORT]", OPTION_DOMAINS,
	    "the DNS server to ask, over the configuration's" },
	{ KEY_FROM_FILE, "from-file", "FILE|-", OPTION_DOMAINS,
	    "domains, one a line" },
	{ KEY_BEFORE, "before", "DATE", OPTION_PRUNE,
	    "the first UTC day that stays as it is" },
	{ KEY_RAW, "raw", NULL, OPTION_PRUNE, "the bytes as received alone" },
	{ KEY_DETAILS, "details", NULL, OPTION_PRUNE,
	    "entries and failures alone" },
	{ KEY_RUA, "rua", "URI", OPTION_RECORD,
	    "where reports go: mailto: or https:; may be repeated" },
	{ KEY_TTL, "ttl", "SECONDS", OPTION_RECORD, "of the record (3600)" },
	{ KEY_INIT, "init", NULL, OPTION_SHIP,
	    "make the shared store, with its roles" },
	{ KEY_PRINT, "print", NULL, OPTION_SHIP,
	    "with --init: print the SQL that makes it" },
	{ KEY_STATUS, "status", NULL, OPTION_SHIP,
	    "who ships there, and how far" },
	{ KEY_FROM_START, "again", NULL, OPTION_SHIP,
	    "all of it once more, from the start" },
	{ KEY_CONFIG, "config", "FILE", 0, "configuration (/etc/tlsrua.conf)" },
	{ KEY_STORE, "database", "FILE", 0,
	    "database, over the configuration's" },
	{ KEY_QUIET, "quiet", NULL, 0, "errors alone" },
	{ KEY_VERBOSE, "verbose", NULL, 0, "say more; twice: still more" },
	{ KEY_HELP, "help", NULL, 0, "this text" },
	{ KEY_VERSION, "version", NULL, 0, "the version" },
};

enum {
	N_SPECS = sizeof specs / sizeof *specs
};

/* The arguments of getopt_long() for a set of options. */
struct getopt_tables {
	struct option options[N_SPECS + 1];
	char letters[2 * N_SPECS + 3];
};

static void
build_tables(struct getopt_tables *t, unsigned set, bool stop_at_command)
{
	size_t i, n = 0, len = 0;

	memset(t, 0, sizeof *t);
	if (stop_at_command)
		t->letters[len++] = '+';
	t->letters[len++] = ':';
	for (i = 0; i < N_SPECS; i++) {
		if (specs[i].set != 0 && (specs[i].set & set) == 0)
			continue;
		t->options[n++] = (struct option){ specs[i].name,
			specs[i].value != NULL ? required_argument
					       : no_argument,
			NULL, (int)specs[i].key };
		if (specs[i].key >= NO_LETTER)
			continue;
		t->letters[len++] = (char)specs[i].key;
		if (specs[i].value != NULL)
			t->letters[len++] = ':';
	}
}

/* The option of the set that looks most like an argument, or NULL. */
static const char *
nearest_option(const char *word, unsigned set)
{
	const char *names[N_SPECS] = { NULL };
	char typed[TYPED_MAX];
	size_t i, n = 0;

	if (strncmp(word, "--", 2) != 0)
		return NULL;
	snprintf(
	    typed, sizeof typed, "%.*s", (int)strcspn(word + 2, "="), word + 2);
	for (i = 0; i < N_SPECS; i++)
		if (specs[i].set == 0 || (specs[i].set & set) != 0)
			names[n++] = specs[i].name;
	return setting_nearest(typed, names, n);
}

static int
refuse(int key, unsigned set, char **argv)
{
	const char *word = argv[optind - 1];
	const char *near = nearest_option(word, set);

	if (key == ':')
		log_error("%s: needs a value; see tlsrua --help", word);
	else if (optopt != 0 && optopt < NO_LETTER)
		log_error(
		    "-%c: no such option here; see tlsrua --help", optopt);
	else if (near != NULL)
		log_error(
		    "%s: no such option here; did you mean --%s?", word, near);
	else
		log_error("%s: no such option here; see tlsrua --help", word);
	return -1;
}

int
options_parse(struct options *o, int argc, char **argv, unsigned set,
    bool stop_at_command, int *next)
{
	struct getopt_tables t;
	int key;

	build_tables(&t, set, stop_at_command);
	opterr = 0;
	optind = 0; /* glibc: start anew, with permutation */
	while (
	    (key = getopt_long(argc, argv, t.letters, t.options, NULL)) != -1) {
		if (key == '?' || key == ':')
			return refuse(key, set, argv);
		if (option_set(o, (enum option_key)key, optarg) == -1)
			return -1;
	}
	*next = optind;
	return 0;
}

void
options_free(struct options *o)
{
	free(o->domains.item);
	free(o->organizations.item);
	free(o->ruas.item);
	arena_free(&o->memory);
}

void
options_help(unsigned set)
{
	char left[40], letter[8];
	size_t i;

	for (i = 0; i < N_SPECS; i++) {
		if (specs[i].set != 0 && (specs[i].set & set) == 0)
			continue;
		letter[0] = '\0';
		if (specs[i].key < NO_LETTER)
			snprintf(
			    letter, sizeof letter, "-%c,", (char)specs[i].key);
		snprintf(left, sizeof left, "%3s --%s%s%s", letter,
		    specs[i].name, specs[i].value != NULL ? " " : "",
		    specs[i].value != NULL ? specs[i].value : "");
		printf("  %-22s  %s\n", left, specs[i].help);
	}
}
