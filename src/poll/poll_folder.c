#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/folder.h"
#include "base/log.h"
#include "base/stop_signal.h"
#include "base/timing.h"
#include "base/utc.h"
#include "config/config.h"
#include "imap/fetch.h"
#include "imap/fetch_preview.h"
#include "imap/list_mails.h"
#include "imap/open_folder.h"
#include "ingest/ingest.h"
#include "mime/mail_preview.h"
#include "model/message.h"
#include "output/progress.h"
#include "poll/pending_actions.h"
#include "poll/poll_folder.h"
#include "poll/poll_run.h"
#include "poll/withheld_mails.h"
#include "store/action_journal.h"
#include "store/suspects.h"

enum {
	SLICE = 10000 /* mails that are listed and fetched in one go */
};

/* What is known of a mail of the list. */
enum mail_state {
	MAIL_WAITING,
	MAIL_DONE, /* it was looked at, passed over, or is gone */
	/* The server did not hand it out once: asked for alone and first, since
	 * most trouble has passed by then, and mails keep their order.  (Which
	 * of two reports in conflict counts depends on that.) */
	MAIL_ONCE,
	MAIL_APART /* nor did it again: asked for alone and last */
};

/*
 * Move the cursor to the last mail up to which all are done.  A mail behind the
 * cursor, which is there because it is asked for again, does not move it.
 */
static void
move_cursor(struct folder_poll *fd)
{
	const struct imap_size *mail;

	for (; fd->done_up_to < fd->mails.n; fd->done_up_to++) {
		mail = &fd->mails.list[fd->done_up_to];
		if (mail->uid <= fd->cursor.uid)
			continue;
		if (fd->state[fd->done_up_to] != MAIL_DONE)
			break;
		fd->cursor.uid = mail->uid;
	}
}

/* Its place in the list, or the length of the list. */
static size_t
find(const struct folder_poll *fd, uint32_t uid)
{
	const struct imap_size *mail =
	    imap_size_find(fd->mails.list, fd->mails.n, uid);

	return mail != NULL ? (size_t)(mail - fd->mails.list) : fd->mails.n;
}

/* Ingest a mail of the list, unless the server sent it before. */
static int
take_mail(struct folder_poll *fd, struct message *m, struct fault *f)
{
	struct ingest_verdict verdict;
	enum room left = timing_enter(fd->run->timing, ROOM_OTHER);
	size_t i = find(fd, m->uid);
	int rc = 0;

	m->source = fd->source;
	m->mailbox = fd->cursor.id;
	m->uidvalidity = fd->cursor.uidvalidity;
	if (i < fd->mails.n && fd->state[i] != MAIL_DONE) {
		m->was_suspect = fd->state[i] != MAIL_WAITING;
		rc = ingest_message(fd->run->ingest, m, &verdict, f);
		if (rc == 0) {
			fd->state[i] = MAIL_DONE;
			fd->withheld->served = true;
			withheld_remove(fd->withheld, m->uid);
		}
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

/* The cursor stays before it, and the mails behind it are read. */
static void
set_apart(struct folder_poll *fd, uint32_t uid, bool alone, const char *why)
{
	size_t i = find(fd, uid);

	if (i == fd->mails.n || fd->state[i] == MAIL_DONE)
		return;
	fd->state[i] = MAIL_APART;
	withheld_add(fd->withheld, uid, alone, why);
}

static int
on_mail(void *arg, const struct imap_mail *mail, struct fault *f)
{
	struct folder_poll *fd = arg;
	struct message m = {
		.uid = mail->uid,
		.bytes = mail->bytes,
		.size = mail->size,
		.too_large = mail->too_large,
		.has_arrival = mail->has_date,
		.arrival = mail->date,
	};

	if (mail->withheld != NULL) {
		set_apart(fd, mail->uid, true, mail->withheld);
		return 0;
	}
	if (withheld_is_substitute(mail->bytes)) {
		set_apart(fd, mail->uid, true,
		    "Exchange hands out a note in its place, for it cannot "
		    "convert it");
		return 0;
	}
	return take_mail(fd, &m, f);
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

/*
 * A session broke at a mail, or seems to have: remember it even if this run is
 * killed, so that the next one reads the others first.
 */
static int
note_break(struct folder_poll *fd, uint32_t uid, const struct fault *wire,
    struct fault *f)
{
	if (uid == 0)
		return 0;
	fd->broke_at_mail = true;
	set_apart(fd, uid, fd->broke_alone, wire->text);
	if (fd->run->dry_run)
		return 0;
	return store_note_suspect(
	    fd->run->store, &fd->cursor, uid, false, wire->text, f);
}

/* Fetch the mails from `from` on that are waiting. */
static int
read_slice(struct folder_poll *fd, struct imap *imap, size_t from, size_t n,
    bool careful, struct fault *f)
{
	struct imap_size *list = fd->mails.list + from;
	struct imap_fetch order = { .list = list,
		.n = n,
		.careful = careful,
		.fn = on_mail,
		.arg = fd };
	struct fault failed;
	int rc = 0;
	size_t i;

	for (i = 0; i < n; i++)
		list[i].skip = fd->state[from + i] != MAIL_WAITING;
	if (!careful)
		rc = imap_preview(
		    imap, list, n, on_preview, fd, &order.broke_at, f);
	if (rc == 0)
		rc = imap_fetch(imap, &order, f);
	if (rc == -1 && note_break(fd, order.broke_at, f, &failed) == -1)
		*f = failed;
	if (rc == -1)
		return -1;
	for (i = from; i < from + n; i++) /* read, or expunged meanwhile */
		if (fd->state[i] == MAIL_WAITING && !fd->mails.is_guess)
			fd->state[i] = MAIL_DONE;
	move_cursor(fd);
	return 0;
}

/* Read in slices, so that the cursor advances after each. */
static int
read_mails(
    struct folder_poll *fd, struct imap *imap, bool careful, struct fault *f)
{
	size_t from, n;

	for (from = 0; from < fd->mails.n; from += n) {
		n = fd->mails.n - from < SLICE ? fd->mails.n - from : SLICE;
		if (read_slice(fd, imap, from, n, careful, f) == -1)
			return -1;
	}
	if (fd->mails.is_guess && !fd->withheld->served)
		return fault(f, FAULT_SESSION, EX_TEMPFAIL,
		    "imap: the server says that the folder holds mails, and "
		    "lists none");
	return 0;
}

static int
on_witness(void *arg, const struct imap_mail *mail, struct fault *f)
{
	struct folder_poll *fd = arg;

	(void)f;
	fd->withheld->served |= mail->withheld == NULL;
	return 0;
}

/*
 * Before a mail can be blamed it must be known that the server hands out
 * others: when it has not in this run, ask for the header of one that it did
 * before.
 */
static int
ask_witness(struct folder_poll *fd, struct imap *imap, struct fault *f)
{
	struct imap_size mail = { .size = UINT32_MAX };
	struct imap_fetch order = {
		.list = &mail, .n = 1, .fn = on_witness, .arg = fd
	};
	int rc;

	if (fd->withheld->served)
		return 0;
	rc = store_find_witness(fd->run->store, &fd->cursor, &mail.uid, f);
	return rc == 1 ? imap_fetch(imap, &order, f) : rc;
}

/* Ask for one mail alone; whether it came or is gone, it is apart no more. */
static int
ask_alone(struct folder_poll *fd, struct imap *imap, size_t i, struct fault *f)
{
	struct imap_size mail = fd->mails.list[i];
	struct imap_fetch order = {
		.list = &mail, .n = 1, .careful = true, .fn = on_mail, .arg = fd
	};
	struct fault failed;

	mail.skip = false;
	if (imap_fetch(imap, &order, f) == -1) {
		if (order.broke_at == 0)
			return -1;
		fd->broke_alone = true;
		if (note_break(fd, mail.uid, f, &failed) == -1)
			*f = failed;
		return -1;
	}
	if (fd->state[i] == MAIL_DONE ||
	    withheld_was_tried(fd->withheld, mail.uid))
		return 0;
	fd->state[i] = MAIL_DONE;
	withheld_remove(fd->withheld, mail.uid);
	return store_drop_suspect(fd->run->store, fd->cursor.id,
	    fd->cursor.uidvalidity, mail.uid, false, f);
}

/* Whether it is to be asked for alone, now that mails in that state are. */
static bool
is_due(const struct folder_poll *fd, size_t i, enum mail_state state)
{
	return fd->state[i] == state &&
	       !withheld_was_tried(fd->withheld, fd->mails.list[i].uid);
}

/* Ask for the mails that are in that state one by one, each once a run. */
static int
ask_each(struct folder_poll *fd, struct imap *imap, enum mail_state state,
    struct fault *f)
{
	size_t i, left = 0;
	int rc = 0;

	for (i = 0; i < fd->mails.n; i++)
		left += is_due(fd, i, state);
	if (state == MAIL_APART && (left > 0 || fd->withheld->n > 0) &&
	    ask_witness(fd, imap, f) == -1)
		return -1;
	for (i = 0; rc == 0 && i < fd->mails.n; i++) {
		if (!is_due(fd, i, state))
			continue;
		left--;
		rc = ask_alone(fd, imap, i, f);
		move_cursor(fd);
	}
	fd->is_over = state == MAIL_APART && left == 0;
	return rc;
}

/*
 * Read the mails of the list.  After a fault of the server, what came before it
 * is committed with its cursor, and the next run goes on from there.
 */
static int
fetch(struct folder_poll *fd, struct imap *imap, bool careful, struct fault *f)
{
	struct ingest *in = fd->run->ingest;
	struct fault wire = { 0 };
	int rc;

	ingest_set_cursor(in, &fd->cursor);
	progress_start(&fd->progress, fd->source, fd->n_new - fd->n_passed);
	timing_enter(fd->run->timing, ROOM_WIRE);
	rc = ask_each(fd, imap, MAIL_ONCE, &wire);
	if (rc == 0)
		rc = read_mails(fd, imap, careful, &wire);
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

	for (i = 0; i < fd->mails.n; i++) {
		if (!fd->mails.list[i].skip)
			continue;
		fd->state[i] = MAIL_DONE;
		fd->n_passed++;
	}
	utc_format_date(since, day);
	if (fd->n_passed > 0)
		log_info("%s: %zu mail%s from before %s passed over",
		    fd->source, fd->n_passed, fd->n_passed == 1 ? "" : "s",
		    day);
}

/* What an earlier run read although the cursor stands before it. */
static int
mark_done(struct folder_poll *fd, struct arena *mem, struct fault *f)
{
	uint32_t *uids;
	size_t i, k, n;

	if (store_read_done(fd->run->store, &fd->cursor, mem, &uids, &n, f) ==
	    -1)
		return -1;
	for (i = 0; i < n; i++)
		if ((k = find(fd, uids[i])) < fd->mails.n) {
			fd->state[k] = MAIL_DONE;
			fd->n_new--;
		}
	return 0;
}

/* Put the mails that are asked for again before those that were listed. */
static void
add_again(
    struct folder_poll *fd, const struct store_suspect *suspects, size_t n)
{
	struct imap_listing *l = &fd->mails;
	size_t i, k;

	for (i = 0; i < n; i++) {
		if (!suspects[i].again || find(fd, suspects[i].uid) < l->n)
			continue;
		l->list = xreallocarray(l->list, l->n + 1, sizeof *l->list);
		for (k = l->n++; k > 0 && l->list[k - 1].uid > suspects[i].uid;
		     k--)
			l->list[k] = l->list[k - 1];
		l->list[k] = (struct imap_size){ .uid = suspects[i].uid,
			.unsized = true };
	}
}

/* The mails that are apart; those that the server lists no more are gone. */
static int
mark_apart(struct folder_poll *fd, const struct store_suspect *suspects,
    size_t n, struct fault *f)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		k = find(fd, suspects[i].uid);
		if (k < fd->mails.n) {
			fd->state[k] = suspects[i].runs > 1 ||
					       withheld_was_tried(fd->withheld,
						   suspects[i].uid)
					   ? MAIL_APART
					   : MAIL_ONCE;
			continue;
		}
		withheld_remove(fd->withheld, suspects[i].uid);
		if (store_drop_suspect(fd->run->store, fd->cursor.id,
			fd->cursor.uidvalidity, suspects[i].uid, false,
			f) == -1)
			return -1;
	}
	return 0;
}

static bool
has_new(const struct folder_poll *fd, const struct imap_folder *state)
{
	if (state->exists == 0 || fd->cursor.uid == UINT32_MAX)
		return false;
	return state->uidnext == 0 || state->uidnext > fd->cursor.uid + 1;
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

/* List what is to be read, and what is known of it. */
static int
list_mails(struct folder_poll *fd, struct imap *imap,
    const struct config_mailbox *config, const struct imap_folder *opened,
    const struct store_suspect *suspects, size_t n, struct arena *mem,
    struct fault *f)
{
	timing_enter(fd->run->timing, ROOM_WIRE);
	if (has_new(fd, opened) &&
	    imap_sizes(imap, fd->cursor.uid + 1, config->import_since,
		&fd->mails, f) == -1)
		return -1;
	timing_enter(fd->run->timing, ROOM_OTHER);
	fd->n_new = fd->mails.n;
	add_again(fd, suspects, n);
	fd->state = xcalloc(fd->mails.n, sizeof *fd->state);
	pass_over(fd, config->import_since);
	if (mark_done(fd, mem, f) == -1 || mark_apart(fd, suspects, n, f) == -1)
		return -1;
	move_cursor(fd);
	return 0;
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

/* Mails that are apart are stored with their cursor, as all others are. */
static int
fetch_apart(struct folder_poll *fd, struct imap *imap, struct fault *f)
{
	struct fault wire = { 0 };
	int rc = ask_each(fd, imap, MAIL_APART, &wire);

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
    struct imap *imap, const char *name, const struct imap_folder *opened,
    struct fault *f)
{
	struct store_suspect *suspects;
	struct arena mem = { 0 };
	size_t n;
	int rc = -1;

	follow_uidvalidity(fd, opened);
	if (store_read_suspects(
		fd->run->store, &fd->cursor, &mem, &suspects, &n, f) == 0 &&
	    list_mails(fd, imap, config, opened, suspects, n, &mem, f) == 0)
		rc = fetch(fd, imap, n > 0, f);
	arena_free(&mem);
	if (rc == -1)
		return -1;
	if (act(fd, config, imap, name, f) == -1)
		return -1;
	return fetch_apart(fd, imap, f);
}

void
folder_poll_free(struct folder_poll *fd)
{
	free(fd->mails.list);
	free(fd->state);
}
