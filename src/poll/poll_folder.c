#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/timing.h"
#include "base/utc.h"
#include "poll/pending_actions.h"
#include "poll/poll_folder.h"
#include "poll/poll_run.h"
#include "store/action_journal.h"
#include "base/stop_signal.h"
#include "config/config.h"
#include "ingest/ingest.h"
#include "mime/mail_preview.h"
#include "imap/fetch_preview.h"

enum {
	SLICE = 10000 /* mails that are listed and fetched in one go */
};

/* Move the cursor to the last mail up to which all were looked at. */
static void
move_cursor(struct folder_poll *fd)
{
	while (fd->done_up_to < fd->n && fd->done[fd->done_up_to])
		fd->cursor.uid = fd->list[fd->done_up_to++].uid;
}

/* Ingest a mail of the list, unless the server sent it before. */
static int
take_mail(struct folder_poll *fd, struct message *m, struct fault *f)
{
	struct ingest_verdict verdict;
	enum room left = timing_enter(fd->run->timing, ROOM_OTHER);
	const struct imap_size *on_list =
	    imap_size_find(fd->list, fd->n, m->uid);
	bool *done = on_list != NULL ? &fd->done[on_list - fd->list] : NULL;
	int rc = 0;

	m->source = fd->source;
	m->mailbox = fd->cursor.id;
	m->uidvalidity = fd->cursor.uidvalidity;
	if (done != NULL && !*done) {
		rc = ingest_message(fd->run->ingest, m, &verdict, f);
		*done = rc == 0;
		move_cursor(fd);
		if (rc == 0)
			rc = ingest_commit_if_due(fd->run->ingest, f);
		if (!fd->run->is_one_of_many)
			progress_step(&fd->progress);
	}
	timing_enter(fd->run->timing, left);
	if (rc == 0 && stop_requested())
		rc = fault(f, FAULT_SESSION, EX_TEMPFAIL, "stopped");
	return rc;
}

static int
on_mail(void *arg, const struct imap_mail *mail, struct fault *f)
{
	struct message m = {
		.uid = mail->uid,
		.bytes = mail->bytes,
		.size = mail->size,
		.too_large = mail->too_large,
		.unreadable = mail->unreadable,
		.has_arrival = mail->has_date,
		.arrival = mail->date,
	};

	return take_mail(arg, &m, f);
}

/* A mail whose preview rules a report out is counted, and not fetched. */
static int
on_preview(void *arg, const struct imap_preview *preview, struct fault *f)
{
	struct message m = {
		.uid = preview->mail->uid,
		.bytes = preview->front->header,
		.size = preview->mail->size,
		.ruled_out = true,
		.has_arrival = preview->has_date,
		.arrival = preview->date,
	};

	if (preview_may_hold(preview->front))
		return 0;
	return take_mail(arg, &m, f) == -1 ? -1 : 1;
}

/* Read in slices, so that the cursor advances after each. */
static int
read_mails(struct folder_poll *fd, struct imap *imap, struct fault *f)
{
	size_t from, n, i;

	for (from = 0; from < fd->n; from += n) {
		n = fd->n - from < SLICE ? fd->n - from : SLICE;
		if (imap_preview(imap, fd->list + from, n, on_preview, fd, f) ==
			-1 ||
		    imap_fetch(imap, fd->list + from, n, on_mail, fd, f) == -1)
			return -1;
		for (i = 0; i < n; i++)
			fd->done[from + i] =
			    true; /* read, or expunged meanwhile */
		move_cursor(fd);
	}
	return 0;
}

/*
 * Read the mails of the list.  After a fault of the server, what came before it
 * is committed with its cursor, and the next run goes on from there.
 */
static int
fetch(struct folder_poll *fd, struct imap *imap, struct fault *f)
{
	struct ingest *in = fd->run->ingest;
	struct fault wire = { 0 };
	int rc;

	ingest_set_cursor(in, &fd->cursor);
	progress_start(&fd->progress, fd->source, fd->n - fd->n_passed);
	timing_enter(fd->run->timing, ROOM_WIRE);
	rc = read_mails(fd, imap, &wire);
	timing_enter(fd->run->timing, ROOM_OTHER);
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

/* Mails from before import_since count as done, unread. */
static void
pass_over(struct folder_poll *fd, int64_t since)
{
	char day[UTC_TEXT];
	size_t i;

	for (i = 0; i < fd->n; i++) {
		fd->done[i] = fd->list[i].skip;
		fd->n_passed += fd->list[i].skip;
	}
	move_cursor(fd);
	utc_format_date(since, day);
	if (fd->n_passed > 0)
		log_info("%s: %zu mail%s from before %s passed over",
		    fd->source, fd->n_passed, fd->n_passed == 1 ? "" : "s",
		    day);
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

static bool
has_new(const struct folder_poll *fd, const struct imap_folder *state)
{
	if (state->exists == 0 || fd->cursor.uid == UINT32_MAX)
		return false;
	return state->uidnext == 0 || state->uidnext > fd->cursor.uid + 1;
}

/*
 * Where the CSV folder is gone the run will fail, and mails are better left on
 * the server until somebody has looked; the next run goes on with them.
 */
static bool
has_csv_folder(const struct config *c)
{
	struct stat sb;

	return c->export_dir[0] == '\0' ||
	       (stat(c->export_dir, &sb) == 0 && S_ISDIR(sb.st_mode));
}

/* Do with the mails what is to be done, or, in a dry run, say it. */
static int
act(struct folder_poll *fd, const struct config_mailbox *config,
    struct imap *imap, const char *name, struct fault *f)
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
	    run->store, imap, config, name, fd->source, &fd->cursor, f);
}

int
poll_folder(struct folder_poll *fd, const struct config_mailbox *config,
    struct imap *imap, const char *name, const struct imap_folder *state,
    struct fault *f)
{
	follow_uidvalidity(fd, state);
	timing_enter(fd->run->timing, ROOM_WIRE);
	if (has_new(fd, state) &&
	    imap_sizes(imap, fd->cursor.uid + 1, config->import_since,
		&fd->list, &fd->n, f) == -1)
		return -1;
	timing_enter(fd->run->timing, ROOM_OTHER);
	fd->done = xcalloc(fd->n, sizeof *fd->done);
	pass_over(fd, config->import_since);
	if (fetch(fd, imap, f) == -1)
		return -1;
	return act(fd, config, imap, name, f);
}

void
folder_poll_free(struct folder_poll *fd)
{
	free(fd->list);
	free(fd->done);
}
