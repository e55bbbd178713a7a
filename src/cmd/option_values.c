#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/span.h"
#include "base/utc.h"
#include "cmd/alarm_options.h"
#include "cmd/command_line.h"
#include "cmd/option_values.h"
#include "config/value_types.h"
#include "model/vouching.h"

enum {
	MOST_DAYS = 36500
};

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

/* An option whose value is checked, or of which there may be several. */
static int
set_checked(struct options *o, enum option_key key, const char *value)
{
	switch (key) {
	case KEY_RUA:
		list_add(&o->ruas, value);
		return 0;
	case KEY_VERBOSE:
		o->verbose++;
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
static const struct member {
	enum option_key key;
	size_t at; /* in struct options, a bool */
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

/* The options whose value is taken as it is. */
static const struct member texts[] = {
	{ KEY_TTL, offsetof(struct options, ttl) },
	{ KEY_CONFIG, offsetof(struct options, config) },
	{ KEY_STORE, offsetof(struct options, store) },
	{ KEY_OUTPUT, offsetof(struct options, output) },
	{ KEY_NOTE, offsetof(struct options, note) },
	{ KEY_RESOLVER, offsetof(struct options, resolver) },
	{ KEY_FROM_FILE, offsetof(struct options, from_file) },
	{ KEY_END, offsetof(struct options, end) },
};

/* The place of an option in the options; NULL when the list does not have it.
 */
static void *
member_of(
    struct options *o, const struct member *list, size_t n, enum option_key key)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i].key == key)
			return (char *)o + list[i].at;
	return NULL;
}

int
option_set(struct options *o, enum option_key key, const char *value)
{
	bool *flag = member_of(o, flags, sizeof flags / sizeof *flags, key);
	const char **text =
	    member_of(o, texts, sizeof texts / sizeof *texts, key);

	if (flag != NULL)
		*flag = true;
	else if (text != NULL)
		*text = value;
	else
		return set_checked(o, key, value);
	return 0;
}
