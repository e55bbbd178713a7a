#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/span.h"
#include "base/utc.h"
#include "cmd/alarm_options.h"
#include "cmd/command_line.h"
#include "config/value_types.h"
#include "model/vouching.h"

enum {
	MOST_DAYS = 36500,
	TYPED_MAX = 64 /* room for an option as it was typed */
};

/* Options with a letter have its code as key. */
enum option_key {
	KEY_CONFIG = 'c',
	KEY_STORE = 'd',
	KEY_QUIET = 'q',
	KEY_VERBOSE = 'v',
	KEY_DRY_RUN = 'n',
	KEY_OUTPUT = 'o',
	NO_LETTER = 256,
	KEY_HELP = NO_LETTER,
	KEY_VERSION,
	KEY_JSON,
	KEY_FROM,
	KEY_TO,
	KEY_SINCE,
	KEY_DOMAIN,
	KEY_ORG,
	KEY_ARRIVAL,
	KEY_TIMING,
	KEY_RAW,
	KEY_ALL,
	KEY_FAIL_ABOVE,
	KEY_MIN_SESSIONS,
	KEY_CHANGES,
	KEY_FORMAT,
	KEY_UNTIL,
	KEY_NOTE,
	KEY_AGAIN,
	KEY_LIST,
	KEY_END,
	KEY_VERIFY,
	KEY_CHECK,
	KEY_MAILBOX,
	KEY_BEFORE,
	KEY_DETAILS,
	KEY_BOM,
	KEY_DELIMITER,
	KEY_DECIMAL,
	KEY_DKIM,
	KEY_TEST,
	KEY_MAIL,
	KEY_RUA,
	KEY_TTL,
	KEY_NO_SMTP,
	KEY_POST,
	KEY_RESOLVER,
	KEY_FROM_FILE,
	KEY_VIEWS,
	KEY_SYSLOG,
	KEY_INIT,
	KEY_PRINT,
	KEY_STATUS,
	KEY_FROM_START
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

static void
list_add(struct option_list *l, const char *item)
{
	l->item = xreallocarray(l->item, l->n + 1, sizeof *l->item);
	l->item[l->n++] = item;
}

/* A domain is stored as A-labels in lower case, without the final dot. */
static int
add_domain(struct options *o, const char *value)
{
	const char *domain;

	if (setting_domain(value, &o->memory, &domain) == -1) {
		log_error(
		    "--domain %s: no domain name such as example.com", value);
		return -1;
	}
	list_add(&o->domains, domain);
	return 0;
}

static int
set_day(const char **day, const char *option, const char *value)
{
	int64_t t;

	if (utc_parse_date(span_of(value), &t) == -1) {
		log_error(
		    "--%s %s: no day; write it as 2026-11-23", option, value);
		return -1;
	}
	*day = value;
	return 0;
}

static int
set_since(struct options *o, const char *value)
{
	char *end;
	unsigned long n;

	o->since = value;
	if (strcmp(value, "all") == 0)
		return 0;
	n = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || strcmp(end, "d") != 0 ||
	    n == 0 || n > MOST_DAYS) {
		log_error(
		    "--since %s: write a number of days as 30d, or all", value);
		return -1;
	}
	o->since_days = (unsigned)n;
	return 0;
}

static int
set_format(struct options *o, const char *value)
{
	o->ndjson = strcmp(value, "ndjson") == 0;
	if (o->ndjson || strcmp(value, "csv") == 0)
		return 0;
	log_error("--format %s: there are csv and ndjson", value);
	return -1;
}

static int
set_delimiter(struct options *o, const char *value)
{
	if (setting_delimiter(value, &o->delimiter) == 0)
		return 0;
	log_error(
	    "--delimiter %s: there are comma, semicolon, tab and pipe", value);
	return -1;
}

static int
set_decimal(struct options *o, const char *value)
{
	if (setting_decimal(value, &o->decimal) == 0)
		return 0;
	log_error("--decimal %s: there are \".\" and \",\"", value);
	return -1;
}

static int
set_arrival(struct options *o, const char *value)
{
	unsigned deviation;

	if (utc_parse(span_of(value), &o->arrival, &deviation) == -1) {
		log_error("--arrival %s: no time such as 2026-11-23T06:00:00Z",
		    value);
		return -1;
	}
	o->has_arrival = true;
	return 0;
}

static int
set_dkim(struct options *o, const char *value)
{
	if ((o->dkim = dkim_mode_find(value)) != DKIM_UNSET)
		return 0;
	log_error("--dkim %s: there are off, record and require", value);
	return -1;
}

static int
set_option(struct options *o, int key, const char *value)
{
	switch (key) {
	case KEY_RUA:
		list_add(&o->ruas, value);
		return 0;
	case KEY_TTL:
		o->ttl = value;
		return 0;
	case KEY_VERBOSE:
		o->verbose++;
		return 0;
	case KEY_CONFIG:
		o->config = value;
		return 0;
	case KEY_STORE:
		o->store = value;
		return 0;
	case KEY_OUTPUT:
		o->output = value;
		return 0;
	case KEY_FROM:
		return set_day(&o->from, "from", value);
	case KEY_TO:
		return set_day(&o->to, "to", value);
	case KEY_SINCE:
		return set_since(o, value);
	case KEY_ARRIVAL:
		return set_arrival(o, value);
	case KEY_DKIM:
		return set_dkim(o, value);
	case KEY_FAIL_ABOVE:
		return alarm_set_fail_above(o, value);
	case KEY_MIN_SESSIONS:
		return alarm_set_min_sessions(o, value);
	case KEY_FORMAT:
		return set_format(o, value);
	case KEY_DELIMITER:
		return set_delimiter(o, value);
	case KEY_DECIMAL:
		return set_decimal(o, value);
	case KEY_BEFORE:
		return set_day(&o->before, "before", value);
	case KEY_UNTIL:
		return set_day(&o->until, "until", value);
	case KEY_NOTE:
		o->note = value;
		return 0;
	case KEY_RESOLVER:
		o->resolver = value;
		return 0;
	case KEY_FROM_FILE:
		o->from_file = value;
		return 0;
	case KEY_END:
		o->end = value;
		return 0;
	case KEY_DOMAIN:
		return add_domain(o, value);
	case KEY_ORG:
		list_add(&o->organizations, value);
		return 0;
	default:
		return -1;
	}
}

/* The options that take no value, and what they set. */
static const struct flag {
	enum option_key key;
	size_t member; /* of struct options, a bool */
} flags[] = {
	{ KEY_QUIET, offsetof(struct options, quiet) },
	{ KEY_DRY_RUN, offsetof(struct options, dry_run) },
	{ KEY_HELP, offsetof(struct options, help) },
	{ KEY_VERSION, offsetof(struct options, version) },
	{ KEY_JSON, offsetof(struct options, json) },
	{ KEY_TIMING, offsetof(struct options, timing) },
	{ KEY_RAW, offsetof(struct options, raw) },
	{ KEY_ALL, offsetof(struct options, all) },
	{ KEY_LIST, offsetof(struct options, list) },
	{ KEY_AGAIN, offsetof(struct options, again_actions) },
	{ KEY_CHANGES, offsetof(struct options, changes) },
	{ KEY_VERIFY, offsetof(struct options, verify) },
	{ KEY_CHECK, offsetof(struct options, check) },
	{ KEY_MAILBOX, offsetof(struct options, mailbox) },
	{ KEY_DETAILS, offsetof(struct options, details) },
	{ KEY_BOM, offsetof(struct options, bom) },
	{ KEY_TEST, offsetof(struct options, test) },
	{ KEY_MAIL, offsetof(struct options, mail) },
	{ KEY_VIEWS, offsetof(struct options, views) },
	{ KEY_SYSLOG, offsetof(struct options, syslog) },
	{ KEY_NO_SMTP, offsetof(struct options, no_smtp) },
	{ KEY_POST, offsetof(struct options, post) },
	{ KEY_INIT, offsetof(struct options, init) },
	{ KEY_PRINT, offsetof(struct options, print) },
	{ KEY_STATUS, offsetof(struct options, status) },
	{ KEY_FROM_START, offsetof(struct options, again) },
};

static bool *
flag_of(struct options *o, int key)
{
	size_t i;

	for (i = 0; i < sizeof flags / sizeof *flags; i++)
		if ((int)flags[i].key == key)
			return (bool *)((char *)o + flags[i].member);
	return NULL;
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
	bool *flag;
	int key;

	build_tables(&t, set, stop_at_command);
	opterr = 0;
	optind = 0; /* glibc: start anew, with permutation */
	while (
	    (key = getopt_long(argc, argv, t.letters, t.options, NULL)) != -1) {
		if (key == '?' || key == ':')
			return refuse(key, set, argv);
		if ((flag = flag_of(o, key)) != NULL)
			*flag = true;
		else if (set_option(o, key, optarg) == -1)
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
