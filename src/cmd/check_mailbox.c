#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/timing.h"
#include "cmd/check_folders.h"
#include "cmd/check_mailbox.h"
#include "cmd/stop.h"
#include "config/config.h"
#include "config/secret.h"
#include "output/checklist.h"
#include "source/imap.h"
#include "source/steps.h"

/* The step that is under way. */
struct stepping {
	struct checklist *out;
	const char *name; /* "": none is */
	double began;
};

static void
on_begin(void *arg, const char *name)
{
	struct stepping *s = arg;

	s->name = name;
	s->began = timing_now();
}

static void
end_step(struct stepping *s, enum check_state state, const char *detail,
    const char *remedy)
{
	struct check_point point = { .name = s->name,
		.state = state,
		.seconds = timing_now() - s->began,
		.detail = detail,
		.remedy = remedy };

	checklist_add(s->out, &point);
	s->name = "";
}

static void
on_done(void *arg, const char *detail, const char *warning)
{
	end_step(arg, warning[0] != '\0' ? CHECK_WARNING : CHECK_OK, detail,
	    warning);
}

/*
 * What to do when a step failed, allocated; "" where its message says it.
 */
static char *
remedy_of(const struct imap_account *account, const char *step, int status)
{
	bool is_login = strcmp(step, "login") == 0;

	if (strcmp(step, "DNS") == 0)
		return xasprintf("check the spelling of host; `getent ahosts "
				 "%s` must find its addresses",
		    account->tls.host);
	if (strcmp(step, "TCP") == 0)
		return xstrdup("check host and port (993 with tls = implicit, "
			       "143 with tls = starttls), and whether a "
			       "firewall is in between");
	if (strcmp(step, "greeting") == 0)
		return xstrdup("is this the port of the IMAP server? It is 993 "
			       "with tls = implicit, 143 with tls = starttls");
	if (is_login && status == EX_NOPERM)
		return xstrdup("check user and the secret; many providers take "
			       "an app password or OAuth2 alone: see "
			       "tlsrua-providers(7)");
	if (is_login && status == EX_UNAVAILABLE)
		return xstrdup("some servers answer late after failed logins: "
			       "wait some minutes, or set a longer timeout");
	if (status == EX_TEMPFAIL)
		return xstrdup("the server asks to come back later: check "
			       "again then");
	return xstrdup("");
}

static char *
read_secret(const struct config_mailbox *config, struct stepping *s)
{
	char *secret, *origin;
	struct fault f;

	on_begin(s, "secret");
	if ((secret = secret_read(config, &f)) == NULL) {
		end_step(s, CHECK_FAILED, f.text,
		    config->password_file[0] != '\0'
			? "it holds the password, and the user that runs "
			  "tlsrua, and no other, can read it"
			: "try it as the user that runs tlsrua");
		return NULL;
	}
	origin = secret_origin(config);
	end_step(s, CHECK_OK, origin, "");
	free(origin);
	return secret;
}

/* Each step tells itself; then the folders. */
static void
check_session(const struct imap_account *account,
    const struct config_mailbox *config, struct stepping *s)
{
	struct fault f;
	struct imap *imap = imap_open(account, &f);
	char *remedy;

	if (imap == NULL) {
		remedy = remedy_of(account, s->name, f.status);
		end_step(s, CHECK_FAILED, f.text, remedy);
		free(remedy);
		return;
	}
	check_folders(imap, config, s->out);
	imap_close(imap);
}

void
check_mailbox(const struct config *c, const struct config_mailbox *config,
    struct checklist *out)
{
	static const char *const modes[] = { [TLS_IMPLICIT] = "implicit",
		[TLS_STARTTLS] = "starttls",
		[TLS_NONE] = "none" };
	struct stepping s = { .out = out, .name = "" };
	struct steps steps = { on_begin, on_done, &s };
	struct imap_account account = config->account;
	char *secret, *about;

	about = xasprintf("%s port %u, tls = %s", account.tls.host,
	    (unsigned)account.tls.port, modes[account.tls.mode]);
	checklist_begin(out, "mailbox", config->name, about);
	free(about);
	if ((secret = read_secret(config, &s)) != NULL) {
		account.secret = secret;
		account.is_token = config->token_command[0] != '\0';
		account.tls.stop = stop_flag();
		account.tls.steps = &steps;
		account.message_max = c->limits.message;
		account.header_max = c->limits.header;
		check_session(&account, config, &s);
	}
	secret_free(secret);
	checklist_end(out);
}
