#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "config/config_options.h"
#include "config/set_options.h"
#include "config/set_trust_options.h"
#include "config/value_types.h"
#include "dns/resolver.h"
#include "model/vouching.h"

int
set_dns_servers(const struct config_option *o, struct setting *s, void *field)
{
	struct dns_settings *dns = field;
	const char *const *item;
	size_t n, i;

	(void)o;
	if (setting_list(s->text, s->memory, &item, &n) == -1)
		return config_refuse(s, "a double quote is not closed");
	for (i = 0; i < n; i++)
		if (!setting_is_dns_server(item[i]))
			return config_refuse(s,
			    "\"%.80s\" is no address of a server: write "
			    "192.0.2.53, or 192.0.2.53@5353 with a port",
			    item[i]);
	dns->servers = item;
	dns->n_servers = n;
	return 0;
}

int
set_trust_anchor(const struct config_option *o, struct setting *s, void *field)
{
	struct stat st;

	(void)o;
	if (strcmp(s->text, "auto") != 0 && strcmp(s->text, "none") != 0 &&
	    (access(s->text, R_OK) == -1 || stat(s->text, &st) == -1 ||
		!S_ISREG(st.st_mode)))
		return config_refuse(s,
		    "must be auto, none, or a file of DNSSEC keys that can be "
		    "read, such as /usr/share/dns/root.key");
	*(const char **)field = s->text;
	return 0;
}

int
set_dkim(const struct config_option *o, struct setting *s, void *field)
{
	struct vouching *how = field;
	enum dkim_mode mode = dkim_mode_find(s->text);

	if (s->text[0] == '\0' && strcmp(o->section, "mailbox") == 0)
		return 0;
	if (mode == DKIM_UNSET)
		return config_refuse(s, "must be off, record or require");
	how->mode = mode;
	return 0;
}

/* An authserv-id, a pattern "*.example.com", or "none"; in lower case. */
int
set_authservs(const struct config_option *o, struct setting *s, void *field)
{
	struct vouching *how = field;
	const char *const *item;
	const char **id;
	char *copy, *p;
	size_t n, i;

	(void)o;
	if (setting_list(s->text, s->memory, &item, &n) == -1)
		return config_refuse(s, "a double quote is not closed");
	id = arena_alloc(s->memory, (n + 1) * sizeof *id);
	for (i = 0; i < n; i++) {
		id[i] = copy = arena_strdup(s->memory, item[i]);
		for (p = copy; *p != '\0'; p++)
			*p = (char)tolower((unsigned char)*p);
		if (strcmp(copy, "*") == 0 || strchr(copy, ';') != NULL ||
		    (copy[0] == '*' && copy[1] != '.'))
			return config_refuse(s,
			    "\"%.80s\" is no authserv-id: write "
			    "mx.example.com, *.example.com, or none",
			    item[i]);
	}
	how->trusted = id;
	how->n_trusted = n;
	return 0;
}

/* "SIGNER:REPORTER". */
static bool
read_signer(const struct setting *s, const char *text, struct signer *signer)
{
	const char *colon = strchr(text, ':');

	return colon != NULL &&
	       setting_domain(
		   arena_strndup(s->memory, text, (size_t)(colon - text)),
		   s->memory, &signer->domain) == 0 &&
	       setting_domain(colon + 1, s->memory, &signer->reporter) == 0;
}

int
set_signers(const struct config_option *o, struct setting *s, void *field)
{
	struct vouching *how = field;
	struct signer *signer;
	const char *const *item;
	size_t n, i;

	(void)o;
	if (setting_list(s->text, s->memory, &item, &n) == -1)
		return config_refuse(s, "a double quote is not closed");
	signer = arena_alloc(s->memory, (n + 1) * sizeof *signer);
	for (i = 0; i < n; i++)
		if (!read_signer(s, item[i], &signer[i]))
			return config_refuse(s,
			    "\"%.80s\" is no pair of domains such as "
			    "relay.example:reporter.example",
			    item[i]);
	how->signers = signer;
	how->n_signers = n;
	return 0;
}
