#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/command_line.h"
#include "cmd/compose_record.h"
#include "config/config.h"
#include "config/value_types.h"
#include "output/json_line.h"
#include "output/terminal_text.h"

/* The user of the one mailbox whose user is an address; NULL: none or several.
 */
static const char *
only_address(const struct config *c)
{
	const char *found = NULL, *user;
	size_t i;

	for (i = 0; i < c->n_mailboxes; i++) {
		user = c->mailboxes[i].account.user;
		if (strchr(user, '@') == NULL ||
		    (found != NULL && strcasecmp(found, user) == 0))
			continue;
		if (found != NULL)
			return NULL;
		found = user;
	}
	return found;
}

/* Where reports go when nobody says it: the mailbox that is polled. */
static int
default_rua(const struct options *o, struct arena *arena, const char **uri)
{
	struct config c;
	const char *user, *list = "";
	size_t i;
	int status = cmd_config(o, CONFIG_UNUSED, &c);

	if (status == 0 && (user = only_address(&c)) != NULL) {
		*uri = arena_printf(arena, "mailto:%s", user);
	} else if (status == 0) {
		for (i = 0; i < c.n_mailboxes; i++)
			list = arena_printf(arena, "%s%s[mailbox %s] %s", list,
			    i > 0 ? ", " : "", c.mailboxes[i].name,
			    c.mailboxes[i].account.user);
		log_error("record: say by --rua mailto:ADDRESS where reports "
			  "go; %s%s",
		    c.n_mailboxes > 0 ? "there are "
				      : "no mailbox is configured",
		    list);
		status = EX_USAGE;
	}
	config_free(&c);
	return status;
}

static void
print_json(const struct composed_record *r)
{
	struct json_object *line = json_new_object();
	struct json_object *strings = json_new_array();
	size_t i;

	json_add_text(line, "name", r->name);
	json_add_number(line, "ttl", r->ttl);
	json_add_text(line, "type", "TXT");
	for (i = 0; i < r->n_strings; i++)
		json_append_text(strings, r->strings[i]);
	json_add(line, "strings", strings);
	json_add_text(line, "value", r->value);
	json_line_print(stdout, line);
}

/* For who fills in a form, and how to see what became of it. */
static void
tell(const struct composed_record *r)
{
	fflush(stdout);
	fputs(r->said, stderr);
	fprintf(stderr,
	    "In the web form of a DNS provider, without quotes or "
	    "backslashes:\n"
	    "  type   TXT\n"
	    "  name   _smtp._tls\n"
	    "  value  %s\n"
	    "To see it published:\n"
	    "  dig +short TXT %s\n"
	    "  tlsrua check %s\n",
	    r->value, r->name, r->domain);
}

/* The TTL that was typed; untouched without one. */
static int
take_ttl(const struct options *o, unsigned *ttl)
{
	uint64_t seconds;

	if (o->ttl == NULL)
		return 0;
	if (setting_number(o->ttl, &seconds) == -1 || seconds > INT32_MAX)
		return cmd_usage("record: --ttl %s: write a number of "
				 "seconds, at most 2147483647",
		    o->ttl);
	*ttl = (unsigned)seconds;
	return 0;
}

static int
refuse(const struct composed_record *r)
{
	log_error("record: %s: %s: %s", r->subject, r->code,
	    r->hint[0] != '\0' ? r->hint : r->words);
	return EX_USAGE;
}

static int
compose(const struct options *o, struct arena *arena)
{
	const char *const *uri = o->ruas.item;
	size_t n = o->ruas.n;
	const char *own;
	struct composed_record r;
	unsigned ttl = RECORD_TTL;
	int status;

	if ((status = take_ttl(o, &ttl)) != 0)
		return status;
	/* the domain before the configuration is asked for an address */
	if (compose_record(o->args[0], uri, n, ttl, arena, &r) != 0)
		return refuse(&r);
	if (n == 0) {
		if ((status = default_rua(o, arena, &own)) != 0)
			return status;
		if (compose_record(o->args[0], &own, 1, ttl, arena, &r) != 0)
			return refuse(&r);
	}
	if (o->json)
		print_json(&r);
	else
		puts(r.zone);
	if (!o->quiet && !o->json)
		tell(&r);
	return 0;
}

static int
run(const struct options *o)
{
	struct arena arena = { 0 };
	int status;

	if (o->n_args != 1)
		return cmd_usage("record: name one domain");
	status = compose(o, &arena);
	arena_free(&arena);
	return status;
}

const struct command cmd_record = {
	.name = "record",
	.arguments = "[--json] DOMAIN [--rua URI]...",
	.summary = "the TXT record to publish, so that reports come",
	.options = OPTION_RECORD | OPTION_JSON,
	.run = run,
};
