#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sysexits.h>

#include "base/fault.h"
#include "base/span.h"
#include "base/stop_signal.h"
#include "base/timing.h"
#include "imap/fetch.h"
#include "imap/fetch_preview.h"
#include "imap/list_mails.h"
#include "ingest/ingest.h"
#include "ledger/suspects.h"
#include "mime/mail_preview.h"
#include "model/message.h"
#include "output/progress.h"
#include "poll/download_budget.h"
#include "poll/mails_to_read.h"
#include "poll/poll_folder.h"
#include "poll/poll_run.h"
#include "poll/read_mails.h"
#include "poll/report_share.h"
#include "poll/withheld_mails.h"

enum {
	/* mails that are fetched in one go, at first and at most; mails that
	 * are looked at in one go */
	PORTION_FIRST = 5000,
	PORTION_MOST = 10000,
	PORTION_LOOKED_AT = 1000
};

/* Ingest a mail of the list, unless the server sent it before. */
static int
take_mail(struct folder_poll *fd, struct message *m, struct fault *f)
{
	enum room left = timing_enter(fd->run->timing, ROOM_OTHER);
	size_t i = mails_find(fd, m->uid);
	int rc = 0;

	budget_count(fd->budget, fd->imap, &fd->cursor);
	m->source = fd->source;
	m->mailbox = fd->cursor.id;
	m->uidvalidity = fd->cursor.uidvalidity;
	if (i < fd->mails.n && fd->state[i] != MAIL_DONE) {
		m->was_suspect = fd->state[i] != MAIL_WAITING;
		rc = ingest_queue(fd->run->ingest, m, f);
		if (rc == 0) {
			fd->state[i] = MAIL_DONE;
			fd->n_seen++;
			fd->withheld->served = true;
			withheld_remove(fd->withheld, m->uid);
		}
		mails_move_cursor(fd);
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
	size_t i = mails_find(fd, uid);

	if (i == fd->mails.n || fd->state[i] == MAIL_DONE)
		return;
	fd->state[i] = MAIL_APART;
	withheld_add(fd->withheld, uid, alone, why);
}

int
read_mails_take(void *arg, const struct imap_mail *mail, struct fault *f)
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

static enum message_need
on_fields(void *arg, struct span fields)
{
	(void)arg;
	return withheld_is_substitute(fields) ? MESSAGE_NEEDS_ALL
					      : preview_need(fields);
}

/* A mail whose preview rules a report out is counted, and not fetched. */
static int
on_preview(void *arg, const struct imap_preview *preview, struct fault *f)
{
	struct message m = {
		.uid = preview->mail->uid,
		.bytes = preview->front->mail[0].header,
		.size = preview->mail->size,
		.ruled_out = true,
		.has_arrival = preview->has_date,
		.arrival = preview->date,
	};

	if (preview_may_hold(preview->front))
		return 0;
	return take_mail(arg, &m, f) == -1 ? -1 : 1;
}

int
read_mails_settle(struct folder_poll *fd, struct fault *f)
{
	struct ingest *in = fd->run->ingest;
	struct ingest_verdict found;

	if (ingest_settle(in, &found, f) == -1)
		return -1;
	fd->n_reports += found.mails;
	return ingest_commit_if_due(in, f);
}

int
read_mails_note_break(struct folder_poll *fd, uint32_t uid,
    const struct fault *wire, struct fault *f)
{
	if (uid == 0)
		return 0;
	if (read_mails_settle(fd, f) == -1)
		return -1;
	fd->broke_at_mail = true;
	set_apart(fd, uid, fd->broke_alone, wire->text);
	if (fd->run->dry_run)
		return 0;
	return store_note_suspect(
	    fd->run->store, &fd->cursor, uid, false, wire->text, f);
}

/*
 * Look at the larger ones of some mails.  When the session breaks there, the
 * next mails are read as they come: who knows what the server cannot bear.
 */
static int
look(struct folder_poll *fd, struct imap_fetch *order, size_t from,
    struct fault *f)
{
	struct imap_looking looking = { .list = fd->mails.list + from,
		.n = order->n,
		.bound = share_bound(fd->cursor.report_share),
		.on_fields = on_fields,
		.fn = on_preview,
		.arg = fd };

	if (order->careful && !share_is_low(fd->cursor.report_share))
		return 0;
	if (imap_preview(fd->imap, &looking, f) == 0)
		return 0;
	order->broke_at = looking.broke_at;
	if (looking.broke_at != 0)
		fd->cursor.report_share = SHARE_ALL;
	return -1;
}

/*
 * Leave out the mails that are not within the budget, but for the first, so
 * that there is some progress.  Returns how many mails of the portion are left.
 */
static size_t
cut_to_budget(struct folder_poll *fd, const struct imap_fetch *order)
{
	uint64_t left, bytes = 0;
	size_t i, asked = 0;

	budget_count(fd->budget, fd->imap, &fd->cursor);
	left = budget_left(fd->budget);
	for (i = 0; i < order->n; i++) {
		if (order->list[i].skip)
			continue;
		bytes += order->list[i].size;
		if (bytes > left && asked > 0)
			return i;
		asked++;
	}
	return order->n;
}

/* What is known of the folder's mails, now that some more were looked at. */
static void
update_share(struct folder_poll *fd)
{
	fd->cursor.report_share =
	    share_after(fd->cursor.report_share, fd->n_reports, fd->n_seen);
	fd->n_seen = fd->n_reports = 0;
}

/* Read the mails from `from` on that are waiting; `*n` gets how many it did. */
static int
read_portion(struct folder_poll *fd, size_t from, size_t *n, bool careful,
    struct fault *f)
{
	struct imap_size *list = fd->mails.list + from;
	struct imap_fetch order = { .list = list,
		.n = *n,
		.careful = careful,
		.in_order = share_is_low(fd->cursor.report_share),
		.fn = read_mails_take,
		.arg = fd };
	struct fault failed;
	size_t i;
	int rc;

	for (i = 0; i < *n; i++)
		list[i].skip = fd->state[from + i] != MAIL_WAITING;
	if ((rc = look(fd, &order, from, f)) == 0) {
		*n = order.n = cut_to_budget(fd, &order);
		rc = imap_fetch(fd->imap, &order, f);
	}
	if (rc == -1 &&
	    read_mails_note_break(fd, order.broke_at, f, &failed) == -1)
		*f = failed;
	if (rc == -1)
		return -1;
	for (i = from; i < from + *n; i++) /* read, or expunged meanwhile */
		if (fd->state[i] == MAIL_WAITING && !fd->mails.is_guess)
			fd->state[i] = MAIL_DONE;
	budget_count(fd->budget, fd->imap, &fd->cursor);
	if (read_mails_settle(fd, f) == -1)
		return -1;
	update_share(fd);
	mails_move_cursor(fd);
	return 0;
}

/*
 * How many mails are read next.  Where all are read as they come, more and more
 * at a time, since it is soon known whether that is right.
 */
static size_t
portion_size(const struct folder_poll *fd, size_t from, size_t before)
{
	uint64_t left = budget_left(fd->budget), cost = 0;
	size_t i, most = PORTION_LOOKED_AT;

	if (!share_is_low(fd->cursor.report_share))
		most = before == 0 ? PORTION_FIRST : before * 4;
	if (most > PORTION_MOST)
		most = PORTION_MOST;
	for (i = from; i < fd->mails.n && i - from < most && cost < left; i++)
		if (fd->state[i] == MAIL_WAITING)
			cost += share_cost(
			    fd->cursor.report_share, fd->mails.list[i].size);
	return i - from;
}

/* The budget is used up: note what is left. */
static void
note_left(struct folder_poll *fd)
{
	size_t i;

	for (i = 0; i < fd->mails.n; i++) {
		if (fd->state[i] != MAIL_WAITING)
			continue;
		fd->budget->mails++;
		fd->budget->bytes += fd->mails.list[i].size;
	}
}

int
read_mails(struct folder_poll *fd, bool careful, struct fault *f)
{
	size_t from, n = 0;

	for (from = 0; from < fd->mails.n && budget_left(fd->budget) > 0;
	     from += n) {
		n = portion_size(fd, from, n);
		if (read_portion(fd, from, &n, careful, f) == -1)
			return -1;
	}
	if (budget_left(fd->budget) == 0)
		note_left(fd);
	if (fd->mails.is_guess && !fd->withheld->served)
		return fault(f, FAULT_SESSION, EX_TEMPFAIL,
		    "imap: the server says that the folder holds mails, and "
		    "lists none");
	return 0;
}
