#include <stddef.h>

#include "base/span.h"
#include "imap/provider_advice.h"

#define APP_PASSWORD "make an app password in the account's security settings"
#define SAVE_IT " and save it in place of the password"
#define AUTHORIZATION_CODE                                              \
	"switch IMAP on in the settings of the web mail, and save the " \
	"authorization code it gives in place of the password"

static const struct {
	const char *says, *advice;
} known[] = {
	/* Microsoft 365 */
	{ "User is authenticated but not connected",
	    "the login names no mailbox, or IMAP is off for it; for a shared "
	    "mailbox set user to its own address" },
	{ "LOGIN failed.", "Microsoft 365 takes no password: set token_command "
			   "and auth = xoauth2" },
	{ "AUTHENTICATE failed.",
	    "the token has ended, is for another user, or lacks the scope "
	    "IMAP.AccessAsUser.All" },
	/* Google */
	{ "Application-specific password required",
	    APP_PASSWORD " (myaccount.google.com/apppasswords)" SAVE_IT },
	{ "Please log in via your web browser",
	    "log in by a web browser and allow this login, or use an app "
	    "password or token_command" },
	{ "Web login required", "log in by a web browser and allow this login, "
				"or use an app password or token_command" },
	{ "not enabled for IMAP",
	    "switch IMAP on in the settings of the web mail" },
	{ "] Invalid credentials (Failure)",
	    "Google takes an app password (myaccount.google.com/apppasswords) "
	    "or a token, and no other password" },
	/* Fastmail */
	{ "Incorrect username, password or access token",
	    APP_PASSWORD SAVE_IT "; user is the whole address" },
	/* Yahoo */
	{ "LOGIN Invalid credentials", APP_PASSWORD SAVE_IT },
	{ "AUTHENTICATE Invalid credentials", APP_PASSWORD SAVE_IT },
	/* Tencent (QQ) */
	{ "authorized code", AUTHORIZATION_CODE },
	{ "authorization code", AUTHORIZATION_CODE },
	{ "service is not open, password is incorrect", AUTHORIZATION_CODE },
	/* NetEase (163, 126, yeah.net) */
	{ "Unsafe Login", AUTHORIZATION_CODE },
	{ "Login error or password error", AUTHORIZATION_CODE },
	{ "LOGIN Login error", AUTHORIZATION_CODE },
};

const char *
advice_for(const char *text)
{
	struct span s = span_of(text);
	size_t i;

	for (i = 0; i < sizeof known / sizeof *known; i++)
		if (span_find(s, known[i].says) < s.n)
			return known[i].advice;
	return "";
}
