#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/stop_signal.h"
#include "base/timing.h"
#include "base/utf8.h"
#include "config/config.h"
#include "config/secret.h"
#include "dns/resolver.h"
#include "imap/imap.h"
#include "imap/list_folders.h"
#include "imap/newest_headers.h"
#include "imap/open_folder.h"
#include "imap_text/server_refusal.h"
#include "ledger/refused_logins.h"
#include "net/connect_steps.h"
#include "net/tls.h"
#include "output/checklist.h"
#include "poll/login_refusal.h"
#include "setup/check_folders.h"
#include "setup/check_mailbox.h"
#include "store/store.h"

/* The step of the check that is under way. */
struct stepping {
	struct checklist *out;
	const char *name; /* "" when none is */
	double began;	  /* time of timing_now() */
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

/* What to do when a step failed, allocated; "" when the message says it. */
static char *
remedy_of(
    const struct imap_account *account, const char *step, const struct fault *f)
{
	int status = f->status;
	bool is_login = strcmp(step, "login") == 0;

	if (status == EX_TEMPFAIL)
		return xstrdup("the server asks to come back later: check "
			       "again then");
	if (strcmp(step, "DNS") == 0)
		return xasprintf("check the spelling of host; `getent ahosts "
				 "%s` must find its addresses",
		    account->tls.host);
	if (strcmp(step, "TCP") == 0)
		return xstrdup("check host and port (993 with tls = implicit, "
			       "143 with tls = starttls), and whether a "
			       "firewall is in between");
	if (strcmp(step, "greeting") == 0 && strstr(f->text, ": set ") == NULL)
		return xstrdup("is this the port of the IMAP server? It is 993 "
			       "with tls = implicit, 143 with tls = starttls");
	if (is_login && status == EX_NOPERM &&
	    refusal_advice(f->text, account->is_token)[0] != '\0')
		return xstrdup("see tlsrua-providers(7)");
	if (is_login && status == EX_NOPERM)
		return xstrdup("check user and the secret; many providers take "
			       "an app password or OAuth2 alone: see "
			       "tlsrua-providers(7)");
	if (is_login && status == EX_UNAVAILABLE)
		return xstrdup("some servers answer late after failed logins: "
			       "wait some minutes, or set a longer timeout");
	return xstrdup("");
}

/* A fault of the secret names the command that helps, if there is one. */
static void
end_secret(struct stepping *s, struct fault *f)
{
	char *remedy = strstr(f->text, SECRET_TO_DO);

	if (remedy == NULL) {
		end_step(s, CHECK_FAILED, f->text,
		    "try it as the user that runs tlsrua");
		return;
	}
	*remedy = '\0';
	end_step(s, CHECK_FAILED, f->text, remedy + strlen(SECRET_TO_DO));
}

/* What one hardly sees, and is hardly meant; "" for nothing. */
static const char *
oddity_of(const char *secret)
{
	size_t n = strlen(secret);

	if (n > 0 && secret[n - 1] == ' ')
		return ", ends with a blank";
	if (secret[0] == ' ')
		return ", begins with a blank";
	return "";
}

/* Of UTF-8; of other text its bytes. */
static size_t
characters_of(const char *secret)
{
	size_t n = strlen(secret), count = 0, at, length;
	unsigned character;

	for (at = 0; at < n; at += length, count++)
		if ((length = text_utf8(secret + at, n - at, &character)) == 0)
			return n;
	return count;
}

/* How long it is tells somebody who knows it whether it is whole. */
static void
end_read(
    struct stepping *s, const struct config_mailbox *config, const char *secret)
{
	const char *oddity = oddity_of(secret);
	size_t n = characters_of(secret);
	char *origin = secret_origin(config);
	char *detail = xasprintf(
	    "%s: %zu character%s%s", origin, n, n == 1 ? "" : "s", oddity);

	end_step(s, oddity[0] != '\0' ? CHECK_WARNING : CHECK_OK, detail,
	    oddity[0] != '\0'
		? "is the blank part of the secret? If not, take it out"
		: "");
	free(detail);
	free(origin);
}

static char *
read_secret(const struct config_mailbox *config, struct stepping *s)
{
	char *secret;
	struct fault f;

	on_begin(s, "secret");
	if ((secret = secret_read(config, &f)) == NULL)
		end_secret(s, &f);
	else
		end_read(s, config, secret);
	return secret;
}

/* Connect and log in, which reports each step; then check the folders. */
static void
check_session(const struct imap_account *account, const struct config *all,
    const struct config_mailbox *config, struct stepping *s, struct fault *f)
{
	struct imap *imap = imap_open(account, f);
	struct resolver *resolver;
	struct dns_settings dns = all->dns;
	char *remedy;

	if (imap == NULL) {
		remedy = remedy_of(account, s->name, f);
		end_step(s, CHECK_FAILED, f->text, remedy);
		free(remedy);
		return;
	}
	dns.stop = stop_flag();
	resolver = resolver_new(&dns);
	check_folders(imap, all, config, resolver, s->out);
	resolver_free(resolver);
	imap_close(imap);
}

/* Whether the store remembers a refused login; 0 also without a store. */
static int
is_noted(const char *path, const char *name)
{
	struct store *st;
	struct store_refusal noted;
	struct fault f;
	int rc = 0;

	if ((st = store_open(path, STORE_READ, &f)) != NULL)
		rc = store_find_refusal(st, name, &noted, &f) == 1;
	store_close(st);
	return rc;
}

/*
 * Record in the store how the login ended, so that poll does not repeat one
 * that was refused here, and tries again one that works now.  A store that does
 * not exist is not made for that.
 */
static void
remember(const char *path, const struct imap_account *account,
    enum imap_secret fate, const struct fault *refusal)
{
	struct store *st = NULL;
	struct fault f = { 0 };

	if (access(path, F_OK) == -1 || fate == IMAP_SECRET_UNUSED ||
	    (fate == IMAP_SECRET_TAKEN && !is_noted(path, account->name)))
		return;
	if ((st = store_open(path, STORE_WRITE, &f)) == NULL ||
	    login_refusal_update(st, account, fate, true, refusal->text, &f) ==
		-1)
		log_warn("%s: the store cannot note for the next poll how the "
			 "login ended: %s",
		    account->name, f.text);
	store_close(st);
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
	enum imap_secret fate = IMAP_SECRET_UNUSED;
	struct fault f = { 0 };
	char *secret, *about;

	about = xasprintf("%s port %u, tls = %s", account.tls.host,
	    (unsigned)account.tls.port, modes[account.tls.mode]);
	checklist_begin(out, "mailbox", config->name, about);
	free(about);
	if ((secret = read_secret(config, &s)) != NULL) {
		account.secret = secret;
		account.tls.stop = stop_flag();
		account.tls.steps = &steps;
		account.fate = &fate;
		check_session(&account, c, config, &s, &f);
		remember(c->store_path, &account, fate, &f);
	}
	secret_free(secret);
	checklist_end(out);
}
