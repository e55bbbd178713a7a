#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/timing.h"
#include "config/config.h"
#include "imap/open_folder.h"
#include "ingest/ingest.h"
#include "ledger/action_journal.h"
#include "ledger/suspects.h"
#include "output/progress.h"
#include "poll/download_budget.h"
#include "poll/mails_to_read.h"
#include "poll/pending_actions.h"
#include "poll/poll_folder.h"
#include "poll/poll_run.h"
#include "poll/read_mails.h"
#include "poll/single_mails.h"

/*
 * Read the mails of the list.  After a fault of the server, what came before it
 * is committed with its cursor, and the next run goes on from there.
 */
static int
fetch(struct folder_poll *fd, bool careful, struct fault *f)
{
	struct ingest *in = fd->run->ingest;
	struct fault wire = { 0 };
	int rc;

	ingest_set_cursor(in, &fd->cursor);
	progress_start(&fd->progress, fd->source, fd->n_new - fd->n_passed);
	timing_enter(fd->run->timing, ROOM_WIRE);
	rc = single_mails_ask(fd, MAIL_ONCE, &wire);
	if (rc == 0)
		rc = read_mails(fd, careful, &wire);
	timing_enter(fd->run->timing, ROOM_OTHER);
	budget_count(fd->budget, fd->imap, &fd->cursor);
	if (rc == -1 && wire.scope == FAULT_HOST) {
		*f = wire;
		return -1;
	}
	if (ingest_commit(in, f) == -1)
		return -1;
	if (rc == -1)
		*f = wire;
	return rc;
}

/*
 * Where there can be no CSV folder the run will fail, and mails are better left
 * on the server until somebody has looked; the next run goes on with them.
 */
static bool
has_csv_folder(const struct config *c)
{
	struct stat sb;

	return c->export_dir[0] == '\0' ||
	       (folder_make(c->export_dir) == 0 &&
		   stat(c->export_dir, &sb) == 0 && S_ISDIR(sb.st_mode));
}

/* Begin anew when the folder's UIDVALIDITY changed: the UIDs mean nothing. */
static void
follow_uidvalidity(struct folder_poll *fd, const struct imap_folder *state)
{
	if (fd->cursor.uidvalidity == state->uidvalidity)
		return;
	if (fd->cursor.uidvalidity != 0)
		log_warn("%s: UIDVALIDITY changed from %" PRIu32 " to %" PRIu32
			 ": every mail is looked at again; reports stored "
			 "before stay counted once",
		    fd->source, fd->cursor.uidvalidity, state->uidvalidity);
	fd->cursor.uidvalidity = state->uidvalidity;
	fd->cursor.uid = 0;
}

/* Do with the mails what is to be done, or, in a dry run, say it. */
static int
act(struct folder_poll *fd, const struct config_mailbox *config,
    const char *name, struct fault *f)
{
	const struct poll_run *run = fd->run;

	if (run->again_actions && config->after_import[0] != '\0' &&
	    store_add_actions_again(
		run->store, &fd->cursor, config->after_import, f) == -1)
		return -1;
	if (run->dry_run)
		return pending_actions_tell(
		    run->store, config, fd->source, &fd->cursor, f);
	if (!has_csv_folder(run->config))
		return 0;
	timing_enter(run->timing, ROOM_WIRE);
	return pending_actions_run(
	    run->store, fd->imap, config, name, fd->source, &fd->cursor, f);
}

/* Mails that are apart are stored with their cursor, as all others are. */
static int
fetch_apart(struct folder_poll *fd, struct fault *f)
{
	struct fault wire = { 0 };
	int rc = single_mails_ask(fd, MAIL_APART, &wire);

	budget_count(fd->budget, fd->imap, &fd->cursor);
	if (rc == -1 && wire.scope == FAULT_HOST) {
		*f = wire;
		return -1;
	}
	if (ingest_commit(fd->run->ingest, f) == -1)
		return -1;
	if (rc == -1)
		*f = wire;
	return rc;
}

int
poll_folder(struct folder_poll *fd, const struct config_mailbox *config,
    const char *name, const struct imap_folder *opened, struct fault *f)
{
	struct store_suspect *suspects;
	struct arena mem = { 0 };
	size_t n;
	int rc = -1;

	follow_uidvalidity(fd, opened);
	if (store_read_suspects(
		fd->run->store, &fd->cursor, &mem, &suspects, &n, f) == 0 &&
	    mails_list(fd, config, opened, suspects, n, &mem, f) == 0)
		rc = fetch(fd, n > 0, f);
	arena_free(&mem);
	if (rc == -1)
		return -1;
	if (act(fd, config, name, f) == -1)
		return -1;
	return fetch_apart(fd, f);
}

void
folder_poll_free(struct folder_poll *fd)
{
	free(fd->mails.list);
	free(fd->state);
}
