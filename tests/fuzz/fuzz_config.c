#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "config/config.h"
#include "config/value_types.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
count(void *arg, const char *text)
{
	if (strpbrk(text, "\n\r\033") != NULL)
		abort();
	++*(unsigned *)arg;
}

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* What every mailbox of an accepted configuration promises. */
static void
check_mailbox(const struct config_mailbox *mb)
{
	const struct tls_settings *tls = &mb->account.tls;

	require(mb->name[0] != '\0');
	require(tls->host[0] != '\0' && mb->account.user[0] != '\0');
	require(tls->port != 0 && tls->timeout > 0);
	require(tls->mode != TLS_NONE || setting_is_loopback(tls->host));
	require(mb->n_folders > 0 && mb->folders[0][0] != '\0');
	require((mb->password_file[0] != '\0') +
		    (mb->password_command[0] != '\0') +
		    (mb->token_command[0] != '\0') <=
		1);
}

/* A text is accepted, or there is an error to say. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span text = { (const char *)data, n };
	struct fault f = { 0 };
	struct config c;
	unsigned errors = 0;
	size_t i;

	if (config_parse(text, "fuzz", &c, count, &errors, &f) == 0) {
		require(errors == 0);
		require(c.csv.delimiter != c.csv.decimal);
		for (i = 0; i < c.n_mailboxes; i++)
			check_mailbox(&c.mailboxes[i]);
	} else {
		require(errors > 0 && f.text[0] != '\0');
	}
	config_free(&c);
	return 0;
}
