#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/timing.h"
#include "base/utc.h"
#include "config/config.h"
#include "imap/list_mails.h"
#include "imap/newest_headers.h"
#include "imap/open_folder.h"
#include "ledger/suspects.h"
#include "mime/mail_header.h"
#include "poll/download_budget.h"
#include "poll/folder_cost.h"
#include "poll/mails_to_read.h"
#include "poll/poll_folder.h"
#include "poll/poll_run.h"
#include "poll/report_share.h"
#include "poll/withheld_mails.h"

enum {
	SAMPLE_PART = 20, /* one of so many mails is a sample ... */
	SAMPLE_LEAST = 2, /* ... of so many, */
	SAMPLE_MOST = 50,
	SAMPLED_MAX = 10 * 1000 * 1000 /* nobody has so many: it is not true */
};

void
mails_move_cursor(struct folder_poll *fd)
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

size_t
mails_find(const struct folder_poll *fd, uint32_t uid)
{
	const struct imap_size *mail =
	    imap_size_find(fd->mails.list, fd->mails.n, uid);

	return mail != NULL ? (size_t)(mail - fd->mails.list) : fd->mails.n;
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
		if ((k = mails_find(fd, uids[i])) < fd->mails.n) {
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
		if (!suspects[i].again ||
		    mails_find(fd, suspects[i].uid) < l->n)
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
		k = mails_find(fd, suspects[i].uid);
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

/* Say what a first poll costs, and what costs less. */
static void
tell_first(const struct folder_poll *fd, int64_t since)
{
	struct folder_cost cost = { .share = fd->cursor.report_share,
		.is_cut = since != 0,
		.a_day = fd->budget->limit };
	char text[COST_TEXT];
	size_t i;

	for (i = 0; i < fd->mails.n; i++)
		if (fd->state[i] == MAIL_WAITING)
			folder_cost_add(&cost, fd->mails.list[i].size);
	if (cost.mails > 0)
		log_warn("%s: first poll: %s", fd->source,
		    folder_cost_text(&cost, text));
}

/* Heads of mails, of which some may claim to hold a report. */
struct sampling {
	struct arena mem; /* for one mail at a time */
	size_t mails, reports;
};

static void
on_head(void *arg, const struct imap_head *mail)
{
	struct sampling *s = arg;
	struct head head;

	head_read(mail->fields, &head);
	s->mails++;
	s->reports += head_claims(&head, &s->mem);
	arena_reset(&s->mem);
}

/* Where nobody knows the share of reports, some heads tell about it. */
static void
set_sample(const struct folder_poll *fd, const struct imap_folder *opened,
    struct imap_sample *sample)
{
	uint32_t mails = opened->exists;
	size_t n;

	if (fd->cursor.report_share >= 0)
		return;
	if (opened->uidnext > fd->cursor.uid + 1 &&
	    opened->uidnext - fd->cursor.uid - 1 < mails)
		mails = opened->uidnext - fd->cursor.uid - 1;
	n = mails / SAMPLE_PART;
	if (n < SAMPLE_LEAST || mails > SAMPLED_MAX)
		return;
	sample->n = n < SAMPLE_MOST ? n : SAMPLE_MOST;
	sample->of = mails;
}

static int
list_new(struct folder_poll *fd, const struct config_mailbox *config,
    const struct imap_folder *opened, struct fault *f)
{
	struct sampling found = { 0 };
	struct imap_sample sample = { .fn = on_head, .arg = &found };
	int rc;

	set_sample(fd, opened, &sample);
	timing_enter(fd->run->timing, ROOM_WIRE);
	rc = imap_sizes_and_sample(fd->imap, fd->cursor.uid + 1,
	    config->import_since, &sample, &fd->mails, f);
	timing_enter(fd->run->timing, ROOM_OTHER);
	arena_free(&found.mem);
	if (found.mails > 0)
		fd->cursor.report_share = share_of(found.reports, found.mails);
	return rc;
}

int
mails_list(struct folder_poll *fd, const struct config_mailbox *config,
    const struct imap_folder *opened, const struct store_suspect *suspects,
    size_t n, struct arena *mem, struct fault *f)
{
	bool is_first = fd->cursor.uid == 0;

	/* the suspects are sought in the list, even if nothing new is read */
	if (has_new(fd, opened) && (budget_left(fd->budget) > 0 || n > 0) &&
	    list_new(fd, config, opened, f) == -1)
		return -1;
	fd->n_new = fd->mails.n;
	add_again(fd, suspects, n);
	fd->state = xcalloc(fd->mails.n, sizeof *fd->state);
	pass_over(fd, config->import_since);
	if (mark_done(fd, mem, f) == -1 || mark_apart(fd, suspects, n, f) == -1)
		return -1;
	mails_move_cursor(fd);
	if (is_first && log_is_terminal())
		tell_first(fd, config->import_since);
	return 0;
}
