#include <stddef.h>
#include <sysexits.h>

#include "base/span.h"
#include "imap_text/server_refusal.h"

/* Response codes and words, in the order in which they count. */
static const struct {
	const char *says;
	enum refusal means;
} reasons[] = {
	{ "[AUTHENTICATIONFAILED]", REFUSAL_FORBIDDEN },
	{ "[AUTHORIZATIONFAILED]", REFUSAL_FORBIDDEN },
	{ "[EXPIRED]", REFUSAL_FORBIDDEN },
	{ "[PRIVACYREQUIRED]", REFUSAL_FORBIDDEN },
	{ "[CONTACTADMIN]", REFUSAL_FORBIDDEN },
	{ "[NOPERM]", REFUSAL_FORBIDDEN },
	{ "[THROTTLED]", REFUSAL_LATER },
	{ "[OVERQUOTA]", REFUSAL_LATER },
	{ "[UNAVAILABLE]", REFUSAL_LATER },
	{ "[INUSE]", REFUSAL_LATER },
	{ "[LIMIT]", REFUSAL_LATER },
	{ "[SYS/TEMP]", REFUSAL_LATER },
	{ "Suggested Backoff Time", REFUSAL_LATER },
	{ "Too many simultaneous connections", REFUSAL_LATER },
	{ "Maximum number of connections", REFUSAL_LATER },
	{ "Too many connections", REFUSAL_LATER },
	{ "Too many login", REFUSAL_LATER },
	{ "Too many request", REFUSAL_LATER },
	{ "bandwidth limits", REFUSAL_LATER },
	{ "rate limit", REFUSAL_LATER },
	{ "[TEMPFAIL]", REFUSAL_TROUBLE },
	{ "[SERVERBUG]", REFUSAL_TROUBLE },
	{ "again later", REFUSAL_TROUBLE },
	{ "try later", REFUSAL_TROUBLE },
	{ "retry later", REFUSAL_TROUBLE },
	{ "temporar", REFUSAL_TROUBLE }, /* temporary, temporarily */
	{ "server unavailable", REFUSAL_TROUBLE },
	{ "service unavailable", REFUSAL_TROUBLE },
	{ "currently unavailable", REFUSAL_TROUBLE },
	{ "service not available", REFUSAL_TROUBLE },
	{ "system error", REFUSAL_TROUBLE },
	{ "server error", REFUSAL_TROUBLE },
	{ "internal error", REFUSAL_TROUBLE },
	{ "backend error", REFUSAL_TROUBLE },
	{ "server busy", REFUSAL_TROUBLE },
	{ "server is busy", REFUSAL_TROUBLE },
	{ "system busy", REFUSAL_TROUBLE },
	{ "overload", REFUSAL_TROUBLE },
	{ "shutting down", REFUSAL_TROUBLE },
	{ "maintenance", REFUSAL_TROUBLE },
	{ "User is authenticated but not connected", REFUSAL_FORBIDDEN },
	{ "enable IMAP", REFUSAL_FORBIDDEN },
	{ "IMAP is disabled", REFUSAL_FORBIDDEN },
	{ "IMAP disabled", REFUSAL_FORBIDDEN },
	{ "IMAP access is disabled", REFUSAL_FORBIDDEN },
	{ "IMAP access disabled", REFUSAL_FORBIDDEN },
	{ "IMAP is not enabled", REFUSAL_FORBIDDEN },
	{ "IMAP access is not enabled", REFUSAL_FORBIDDEN },
	{ "not enabled for IMAP", REFUSAL_FORBIDDEN },
	{ "permission denied", REFUSAL_FORBIDDEN },
	{ "access denied", REFUSAL_FORBIDDEN },
	{ "access is denied", REFUSAL_FORBIDDEN },
	{ "not allowed", REFUSAL_FORBIDDEN },
	{ "not permitted", REFUSAL_FORBIDDEN },
	{ "not authorized", REFUSAL_FORBIDDEN },
	{ "account is locked", REFUSAL_FORBIDDEN },
	{ "account is disabled", REFUSAL_FORBIDDEN },
	{ "account is suspended", REFUSAL_FORBIDDEN },
};

/* Whether the text has these words in it, upper or lower case. */
static bool
says(const char *text, const char *words)
{
	struct span s = span_of(text);

	for (; s.n > 0; s = span_skip(s, 1))
		if (span_begins_nocase(s, words))
			return true;
	return false;
}

enum refusal
refusal_of(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (says(text, reasons[i].says))
			return reasons[i].means;
	return REFUSAL_OTHER;
}

int
refusal_status(const char *text, int otherwise)
{
	switch (refusal_of(text)) {
	case REFUSAL_LATER:
	case REFUSAL_TROUBLE:
		return EX_TEMPFAIL;
	case REFUSAL_FORBIDDEN:
		return EX_NOPERM;
	case REFUSAL_OTHER:
		break;
	}
	return otherwise;
}

#define APP_PASSWORD "make an app password in the account's security settings"
#define SAVE_IT " and save it in place of the password"
#define AUTHORIZATION_CODE                                              \
	"switch IMAP on in the settings of the web mail, and save the " \
	"authorization code it gives in place of the password"

/* By which kind of login somebody was refused. */
enum by {
	BY_ANY,
	BY_PASSWORD,
	BY_TOKEN
};

static const struct {
	enum by by;
	const char *says, *advice;
} known[] = {
	/* Microsoft 365 */
	{ BY_ANY, "User is authenticated but not connected",
	    "the login names no mailbox, or IMAP is off for it; for a shared "
	    "mailbox set user to its own address" },
	{ BY_PASSWORD, "LOGIN failed.",
	    "Microsoft 365 takes no password: set token_command "
	    "and auth = xoauth2" },
	{ BY_TOKEN, "AUTHENTICATE failed.",
	    "the token has ended, is for another user, or lacks the scope "
	    "IMAP.AccessAsUser.All" },
	/* Google */
	{ BY_ANY, "Application-specific password required",
	    APP_PASSWORD " (myaccount.google.com/apppasswords)" SAVE_IT },
	{ BY_ANY, "Please log in via your web browser",
	    "log in by a web browser and allow this login, or use an app "
	    "password or token_command" },
	{ BY_ANY, "Web login required",
	    "log in by a web browser and allow this login, "
	    "or use an app password or token_command" },
	{ BY_ANY, "not enabled for IMAP",
	    "switch IMAP on in the settings of the web mail" },
	{ BY_ANY, "] Invalid credentials (Failure)",
	    "Google takes an app password (myaccount.google.com/apppasswords) "
	    "or a token, and no other password" },
	/* Fastmail */
	{ BY_ANY, "Incorrect username, password or access token",
	    APP_PASSWORD SAVE_IT "; user is the whole address" },
	/* Yahoo */
	{ BY_ANY, "LOGIN Invalid credentials", APP_PASSWORD SAVE_IT },
	{ BY_ANY, "AUTHENTICATE Invalid credentials", APP_PASSWORD SAVE_IT },
	/* Tencent (QQ) */
	{ BY_ANY, "authorized code", AUTHORIZATION_CODE },
	{ BY_ANY, "authorization code", AUTHORIZATION_CODE },
	{ BY_ANY, "service is not open, password is incorrect",
	    AUTHORIZATION_CODE },
	/* NetEase (163, 126, yeah.net) */
	{ BY_ANY, "Unsafe Login", AUTHORIZATION_CODE },
	{ BY_ANY, "Login error or password error", AUTHORIZATION_CODE },
	{ BY_ANY, "LOGIN Login error", AUTHORIZATION_CODE },
};

const char *
refusal_advice(const char *text, bool by_token)
{
	struct span s = span_of(text);
	size_t i;

	for (i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].by != (by_token ? BY_PASSWORD : BY_TOKEN) &&
		    span_find(s, known[i].says) < s.n)
			return known[i].advice;
	return "";
}
