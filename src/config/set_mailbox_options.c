#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "config/config.h"
#include "config/config_options.h"
#include "config/set_mailbox_options.h"
#include "config/set_options.h"
#include "config/value_types.h"
#include "imap/imap.h"
#include "imap/special_use.h"
#include "imap_text/modified_utf7.h"
#include "net/tls.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum {
	FOLDER_MAX = 200
};

/* Special uses get one spelling: the store keeps the cursor by that name. */
static int
check_folder(struct setting *s, const char **name)
{
	const char *use;

	if ((*name)[0] == '\0')
		return config_refuse(s, "an empty name");
	if ((*name)[0] != '\\')
		return 0;
	if ((use = special_use(*name)) == NULL)
		return config_refuse(s,
		    "%.40s is no special use; known are \\All \\Archive "
		    "\\Drafts \\Flagged \\Important \\Inbox \\Junk \\Sent "
		    "\\Trash",
		    *name);
	*name = use;
	return 0;
}

static bool
is_same_folder(const char *a, const char *b)
{
	return folder_is_same(strcmp(a, "\\Inbox") == 0 ? "INBOX" : a,
	    strcmp(b, "\\Inbox") == 0 ? "INBOX" : b);
}

int
set_folders(const struct config_option *o, struct setting *s, void *field)
{
	struct config_mailbox *mb = field;
	const char *const *item;
	const char **folder;
	size_t n, i, j;

	(void)o;
	if (setting_list(s->text, s->memory, &item, &n) == -1)
		return config_refuse(s, "a double quote is not closed");
	if (n == 0)
		return config_refuse(s, "is empty");
	folder = arena_alloc(s->memory, (n + 1) * sizeof *folder);
	for (i = 0; i < n; i++) {
		folder[i] = item[i];
		if (check_folder(s, &folder[i]) == -1)
			return -1;
		for (j = 0; j < i; j++)
			if (is_same_folder(folder[i], folder[j]))
				return config_refuse(
				    s, "%.80s is given twice", item[i]);
	}
	mb->folders = folder;
	mb->n_folders = n;
	return 0;
}

int
set_host(const struct config_option *o, struct setting *s, void *field)
{
	(void)o;
	if (s->text[0] == '\0')
		return config_refuse(s, "is empty");
	if (setting_host(s->text, s->memory, field) == 0)
		return 0;
	if (strstr(s->text, "://") != NULL || strchr(s->text, ':') != NULL)
		return config_refuse(s,
		    "is no host name; a port is an option of "
		    "its own, and a protocol none");
	return config_refuse(s, "is neither a host name nor an IP address");
}

/* The index of the value among `names`; `n` when it is none of them. */
static size_t
choose(const struct setting *s, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n && strcmp(s->text, names[i]) != 0; i++)
		continue;
	return i;
}

int
set_tls(const struct config_option *o, struct setting *s, void *field)
{
	static const char *const names[] = { [TLS_IMPLICIT] = "implicit",
		[TLS_STARTTLS] = "starttls",
		[TLS_NONE] = "none" };
	size_t i = choose(s, names, COUNT(names));

	(void)o;
	if (i == COUNT(names))
		return config_refuse(s,
		    "must be implicit, starttls, or none for a server on "
		    "this machine");
	*(enum tls_mode *)field = (enum tls_mode)i;
	return 0;
}

int
set_auth(const struct config_option *o, struct setting *s, void *field)
{
	static const char *const names[] = { [IMAP_AUTH_AUTO] = "auto",
		[IMAP_AUTH_PLAIN] = "plain",
		[IMAP_AUTH_LOGIN] = "login",
		[IMAP_AUTH_SCRAM_SHA_256] = "scram-sha-256",
		[IMAP_AUTH_XOAUTH2] = "xoauth2",
		[IMAP_AUTH_OAUTHBEARER] = "oauthbearer" };
	size_t i = choose(s, names, COUNT(names));

	(void)o;
	if (i == COUNT(names))
		return config_refuse(s,
		    "must be auto, plain, login, scram-sha-256, xoauth2 "
		    "or oauthbearer");
	*(enum imap_auth *)field = (enum imap_auth)i;
	return 0;
}

int
set_fingerprint(const struct config_option *o, struct setting *s, void *field)
{
	(void)o;
	if (s->text[0] == '\0') {
		*(const char **)field = "";
		return 0;
	}
	if (setting_fingerprint(s->text, s->memory, field) == -1)
		return config_refuse(
		    s, "must be sha256: and 64 hexadecimal digits");
	return 0;
}

/* A command line is kept with its quotes: it is split when it is run. */
int
set_command(const struct config_option *o, struct setting *s, void *field)
{
	const char *const *item;
	size_t n;

	(void)o;
	if (setting_list(s->text, s->memory, &item, &n) == -1)
		return config_refuse(s, "a double quote is not closed");
	if (n == 0 || item[0][0] == '\0')
		return config_refuse(s, "is empty");
	*(const char **)field = s->text;
	return 0;
}

int
set_command_if_any(
    const struct config_option *o, struct setting *s, void *field)
{
	if (s->text[0] != '\0')
		return set_command(o, s, field);
	*(const char **)field = s->text;
	return 0;
}

/* Bounded, since an IMAP command line holds 1,000 characters. */
static bool
is_folder_name(const char *s)
{
	size_t n = strlen(s), len;
	unsigned c;

	if (n == 0 || n > FOLDER_MAX || s[0] == '\\')
		return false;
	for (; n > 0; s += len, n -= len)
		if ((len = text_utf8(s, n, &c)) == 0 || c < 0x20 || c == 0x7f)
			return false;
	return true;
}

int
set_action(const struct config_option *o, struct setting *s, void *field)
{
	const char **action = field;

	(void)o;
	if (strncmp(s->text, "move:", 5) == 0) {
		if (!is_folder_name(s->text + 5))
			return config_refuse(s,
			    "move: needs the name of a folder, of up to %d "
			    "bytes",
			    FOLDER_MAX);
	} else if (strcmp(s->text, "keep") != 0 &&
		   strcmp(s->text, "seen") != 0 &&
		   strcmp(s->text, "flag") != 0 &&
		   strcmp(s->text, "delete") != 0) {
		return config_refuse(
		    s, "must be keep, seen, flag, move:FOLDER or delete");
	}
	*action = strcmp(s->text, "keep") == 0 ? "" : s->text;
	return 0;
}
