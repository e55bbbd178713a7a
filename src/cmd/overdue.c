#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/utc.h"
#include "cmd/overdue.h"
#include "config/config.h"
#include "ledger/mailboxes.h"
#include "ledger/polled_folders.h"
#include "model/poller_state.h"
#include "store/status.h"
#include "store/store.h"

enum {
	/* a report covers a day and comes within the next (RFC 8460 §4.1) */
	SILENCE_DAYS = 3
};

/* Returns 1 when the folder is overdue, once that was logged. */
static int
check_folder(struct store *st, const char *mailbox, const char *folder,
    int64_t grace, int64_t now, struct fault *f)
{
	struct store_mailbox mb = { 0 };
	char when[UTC_TEXT];

	if (store_find_mailbox(st, mailbox, folder, &mb, f) == -1)
		return -1;
	if (mb.last_good == 0) {
		log_error("%s: %s: was never polled well", mailbox, folder);
		return 1;
	}
	utc_format(mb.last_good, when);
	if (mb.last_good > now) {
		log_error("%s: %s: was polled well last at %s, which is in "
			  "the future: set the clock right and poll again",
		    mailbox, folder, when);
		return 1;
	}
	if (now - mb.last_good <= grace)
		return 0;
	log_error(
	    "%s: %s: was polled well last at %s, which is longer ago than "
	    "grace; see `tlsrua status`",
	    mailbox, folder, when);
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

/* Those of the configuration. */
static int
check_folders(
    struct store *st, const struct config *c, int64_t now, struct fault *f)
{
	const struct config_mailbox *mb;
	int rc, found = 0;
	size_t i, k;

	for (i = 0; i < c->n_mailboxes; i++)
		for (k = 0; k < c->mailboxes[i].n_folders; k++) {
			mb = &c->mailboxes[i];
			rc = check_folder(
			    st, mb->name, mb->folders[k], mb->grace, now, f);
			if (rc == -1)
				return -1;
			found |= rc;
		}
	return found;
}

int
overdue_check(struct store *st, const struct config *c, struct fault *f)
{
	int64_t now = (int64_t)time(NULL);
	int folders = check_folders(st, c, now, f), reports;

	if (folders == -1 || (reports = check_reports(st, now, f)) == -1)
		return -1;
	return folders | reports;
}

int
overdue_check_told(struct store *st, const struct config *c, struct fault *f)
{
	int64_t now = (int64_t)time(NULL);
	struct poller_state told;
	int rc = poller_state_read(st, &told, f), found = 0;
	size_t i;

	for (i = 0; rc != -1 && i < told.n_folders; i++) {
		rc = check_folder(st, told.folders[i].mailbox,
		    told.folders[i].folder, c->postgresql.grace, now, f);
		found |= rc;
	}
	arena_free(&told.memory);
	if (rc == -1 || (rc = check_reports(st, now, f)) == -1)
		return -1;
	return found | rc;
}
