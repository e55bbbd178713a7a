#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/log.h"
#include "base/utc.h"
#include "cmd/overdue.h"
#include "config/config.h"
#include "ledger/mailboxes.h"
#include "store/status.h"
#include "store/store.h"

enum {
	/* a report covers a day and comes within the next (RFC 8460 §4.1) */
	SILENCE_DAYS = 3
};

/* Returns 1 when the folder is overdue, once that was logged. */
static int
check_folder(struct store *st, const struct config_mailbox *config,
    const char *folder, int64_t now, struct fault *f)
{
	struct store_mailbox mb = { 0 };
	char when[UTC_TEXT];

	if (store_find_mailbox(st, config->name, folder, &mb, f) == -1)
		return -1;
	if (mb.last_good == 0) {
		log_error(
		    "%s: %s: was never polled well", config->name, folder);
		return 1;
	}
	utc_format(mb.last_good, when);
	if (mb.last_good > now) {
		log_error("%s: %s: was polled well last at %s, which is in "
			  "the future: set the clock right and poll again",
		    config->name, folder, when);
		return 1;
	}
	if (now - mb.last_good <= config->grace)
		return 0;
	log_error(
	    "%s: %s: was polled well last at %s, which is longer ago than "
	    "grace; see `tlsrua status`",
	    config->name, folder, when);
	return 1;
}

static int
check_reports(struct store *st, int64_t now, struct fault *f)
{
	char when[UTC_TEXT];
	bool vouched;
	int64_t end;

	if (store_newest_end(st, now, &end, &vouched, f) == -1)
		return -1;
	if (end == 0) {
		log_error("no report is stored yet: see `tlsrua status`");
		return 1;
	}
	if (now - end <= SILENCE_DAYS * UTC_DAY)
		return 0;
	utc_format(end, when);
	log_error("the newest report%s ends at %s: none came for %d days",
	    vouched ? " that somebody vouches for" : "", when,
	    (int)((now - end) / UTC_DAY));
	return 1;
}

int
overdue_check(struct store *st, const struct config *c, struct fault *f)
{
	int64_t now = (int64_t)time(NULL);
	int rc, found = 0;
	size_t i, k;

	for (i = 0; i < c->n_mailboxes; i++)
		for (k = 0; k < c->mailboxes[i].n_folders; k++) {
			rc = check_folder(st, &c->mailboxes[i],
			    c->mailboxes[i].folders[k], now, f);
			if (rc == -1)
				return -1;
			found |= rc;
		}
	if ((rc = check_reports(st, now, f)) == -1)
		return -1;
	return found | rc;
}
