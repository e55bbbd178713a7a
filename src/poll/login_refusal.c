#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/fault.h"
#include "base/utc.h"
#include "imap/imap.h"
#include "ledger/refused_logins.h"
#include "poll/login_digest.h"
#include "poll/login_refusal.h"

_Static_assert((int)REFUSAL_SALT == (int)LOGIN_SALT &&
		   (int)REFUSAL_DIGEST == (int)LOGIN_DIGEST,
    "the store has room for a login digest");

int
login_refusal_find(struct store *st, const struct imap_account *account,
    bool *noted, struct fault *f)
{
	struct store_refusal old;
	char when[UTC_TEXT];
	int rc = store_find_refusal(st, account->name, &old, f);

	*noted = rc == 1;
	if (rc != 1 || !login_is(account, old.salt, old.digest))
		return rc == -1 ? -1 : 0;
	utc_format(old.when, when);
	fault(f, FAULT_SESSION, EX_NOPERM,
	    "the login was refused at %s and is not tried again until user, "
	    "host, auth or the secret changes; `tlsrua check --mailbox %s` "
	    "tries it now (it said: %.200s)",
	    when, account->name, old.error);
	return 1;
}

int
login_refusal_update(struct store *st, const struct imap_account *account,
    enum imap_secret fate, bool noted, const char *error, struct fault *f)
{
	struct store_refusal refusal = { .when = (int64_t)time(NULL) };

	if (fate == IMAP_SECRET_TAKEN && noted)
		return store_drop_refusal(st, account->name, f);
	if (fate != IMAP_SECRET_REFUSED)
		return 0;
	snprintf(refusal.error, sizeof refusal.error, "%s", error);
	login_salt(refusal.salt);
	login_digest(account, refusal.salt, refusal.digest);
	return store_note_refusal(st, account->name, &refusal, f);
}

void
login_refusal_add_last_good(struct fault *f, int64_t last_good)
{
	char day[UTC_TEXT];
	size_t n = strlen(f->text);

	if (last_good == 0)
		return;
	if (n > 0 && f->text[n - 1] == '.')
		n--;
	utc_format_date(last_good, day);
	snprintf(f->text + n, sizeof f->text - n,
	    "; the login last worked on %s", day);
}
