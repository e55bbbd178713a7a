#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/check_views.h"
#include "config/config.h"
#include "config/config_check.h"
#include "config/config_options.h"
#include "config/value_types.h"
#include "imap/imap.h"
#include "model/vouching.h"
#include "net/tls.h"
#include "output/csv.h"

enum {
	PORT_IMPLICIT = 993, /* RFC 8314 §3.2 */
	PORT_PLAIN = 143
};

/* The section that is checked, and where its errors go. */
struct check {
	const struct config_section *section;
	const struct config_complaints *to;
};

/* The line an option was given on, or 0. */
static unsigned
given(const struct check *c, const char *name)
{
	size_t i = config_option_find(c->section->kind, name);

	return i < CONFIG_OPTIONS ? c->section->given[i] : 0;
}

/* Report an error at the line of the option, or of the section without one. */
static void
complain(const struct check *c, const char *option, const char *reason)
{
	unsigned line = given(c, option);

	c->to->say(c->to->arg, line != 0 ? line : c->section->line, c->section,
	    option, reason);
}

static void
check_required(const struct check *c, const char *option)
{
	if (given(c, option) == 0)
		complain(c, option, "is missing");
}

/* At most one secret may be given: of several, nobody knows which is meant. */
static void
check_secrets(const struct check *c)
{
	static const char *const names[] = { "password_file",
		"password_command", "token_command" };
	const char *first = NULL;
	char reason[SETTING_REASON];
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++) {
		if (given(c, names[i]) == 0)
			continue;
		if (first != NULL) {
			snprintf(reason, sizeof reason,
			    "%s is given as well, on line %u: only one can be",
			    first, given(c, first));
			complain(c, names[i], reason);
		} else {
			first = names[i];
		}
	}
}

/* OAuth2 needs a token and takes no password; the other methods the reverse. */
static void
settle_auth(const struct check *c, struct config_mailbox *mb)
{
	bool token = given(c, "token_command") != 0;
	bool oauth = mb->account.auth == IMAP_AUTH_XOAUTH2 ||
		     mb->account.auth == IMAP_AUTH_OAUTHBEARER;

	mb->account.is_token = token;
	if (token && mb->account.auth == IMAP_AUTH_AUTO)
		mb->account.auth = IMAP_AUTH_XOAUTH2;
	else if (token && !oauth)
		complain(c, "auth",
		    "must be xoauth2 or oauthbearer with token_command");
	else if (oauth && !token)
		complain(c, "auth", "needs token_command");
}

static void
settle_tls(const struct check *c, struct tls_settings *tls)
{
	if (tls->port == 0)
		tls->port =
		    tls->mode == TLS_IMPLICIT ? PORT_IMPLICIT : PORT_PLAIN;
	if (tls->mode != TLS_NONE)
		return;
	if (tls->host[0] != '\0' && !setting_is_loopback(tls->host))
		complain(c, "tls",
		    "none is for a server on this machine: 127.0.0.1, ::1 or "
		    "localhost");
	if (tls->ca_file[0] != '\0')
		complain(c, "ca_file", "means nothing with tls = none");
	if (tls->fingerprint[0] != '\0')
		complain(c, "fingerprint", "means nothing with tls = none");
}

/* Mails moved into a folder that is polled would be read again for ever. */
static void
check_target(const struct check *c, const struct config_mailbox *mb,
    const char *option, const char *action)
{
	size_t i;

	if (strncmp(action, "move:", 5) != 0)
		return;
	for (i = 0; i < mb->n_folders; i++)
		if (strcasecmp(mb->folders[i], action + 5) == 0)
			complain(c, option,
			    "moves mails into a folder that is polled");
}

/* Mails that after_import removes at once cannot be deleted at an age. */
static void
check_delete_after(const struct check *c, const struct config_mailbox *mb)
{
	if (mb->delete_after != 0 &&
	    (strcmp(mb->after_import, "delete") == 0 ||
		strncmp(mb->after_import, "move:", 5) == 0))
		complain(c, "delete_after",
		    "after_import takes the mails out of the folder at once: "
		    "only one of the two can be");
}

/* What a mailbox does not say about who vouches for reports, [reports] does. */
static void
settle_vouching(const struct vouching *all, struct vouching *own)
{
	if (own->mode == DKIM_UNSET)
		own->mode = all->mode;
	if (own->n_trusted == 0) {
		own->trusted = all->trusted;
		own->n_trusted = all->n_trusted;
	}
	own->signers = all->signers;
	own->n_signers = all->n_signers;
}

static void
check_mailbox(
    const struct check *c, const struct config *conf, struct config_mailbox *mb)
{
	check_required(c, "host");
	check_required(c, "user");
	check_secrets(c);
	settle_auth(c, mb);
	settle_tls(c, &mb->account.tls);
	check_target(c, mb, "after_import", mb->after_import);
	check_target(c, mb, "after_reject", mb->after_reject);
	check_delete_after(c, mb);
	settle_vouching(&conf->vouching, &mb->vouching);
	mb->account.message_max = conf->limits.message;
	mb->account.header_max = conf->limits.header;
}

static void
check_export(const struct check *c, const struct csv_style *csv)
{
	if (csv->delimiter == csv->decimal)
		complain(c,
		    given(c, "delimiter") != 0 ? "delimiter" : "decimal",
		    "delimiter and decimal must be two characters");
}

static void
check_receive(const struct check *c, const struct config *conf)
{
	if (conf->receive_refresh > 0 && conf->export_dir[0] == '\0')
		complain(c, "refresh", "needs dir in [export]");
}

static void
check_postgresql(const struct check *c, const struct config *conf)
{
	if (conf->postgresql.raw && !conf->keep_raw)
		complain(c, "raw", "needs keep_raw = yes in [store]");
}

void
config_check(const struct config *conf, const struct config_section *s,
    const struct config_complaints *to)
{
	check_views(conf, s, to);
	for (; s != NULL; s = s->next) {
		struct check c = { s, to };

		if (strcmp(s->kind, "mailbox") == 0)
			check_mailbox(&c, conf, s->owner);
		else if (strcmp(s->kind, "export") == 0)
			check_export(&c, &conf->csv);
		else if (strcmp(s->kind, "receive") == 0)
			check_receive(&c, conf);
		else if (strcmp(s->kind, "postgresql") == 0)
			check_postgresql(&c, conf);
	}
}
