#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "imap/fetch.h"
#include "imap/list_mails.h"
#include "ledger/suspects.h"
#include "poll/mails_to_read.h"
#include "poll/poll_folder.h"
#include "poll/poll_run.h"
#include "poll/read_mails.h"
#include "poll/single_mails.h"
#include "poll/withheld_mails.h"

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
ask_witness(struct folder_poll *fd, struct fault *f)
{
	struct imap_size mail = { .size = UINT32_MAX };
	struct imap_fetch order = {
		.list = &mail, .n = 1, .fn = on_witness, .arg = fd
	};
	int rc;

	if (fd->withheld->served)
		return 0;
	rc = store_find_witness(fd->run->store, &fd->cursor, &mail.uid, f);
	return rc == 1 ? imap_fetch(fd->imap, &order, f) : rc;
}

/* Ask for one mail alone; whether it came or is gone, it is apart no more. */
static int
ask_alone(struct folder_poll *fd, size_t i, struct fault *f)
{
	struct imap_size mail = fd->mails.list[i];
	struct imap_fetch order = { .list = &mail,
		.n = 1,
		.careful = true,
		.fn = read_mails_take,
		.arg = fd };
	struct fault failed;

	mail.skip = false;
	if (imap_fetch(fd->imap, &order, f) == -1) {
		if (order.broke_at == 0)
			return -1;
		fd->broke_alone = true;
		if (read_mails_note_break(fd, mail.uid, f, &failed) == -1)
			*f = failed;
		return -1;
	}
	if (read_mails_settle(fd, f) == -1)
		return -1;
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

int
single_mails_ask(struct folder_poll *fd, enum mail_state state, struct fault *f)
{
	size_t i, left = 0;
	int rc = 0;

	for (i = 0; i < fd->mails.n; i++)
		left += is_due(fd, i, state);
	if (state == MAIL_APART && (left > 0 || fd->withheld->n > 0) &&
	    ask_witness(fd, f) == -1)
		return -1;
	for (i = 0; rc == 0 && i < fd->mails.n; i++) {
		if (!is_due(fd, i, state))
			continue;
		left--;
		rc = ask_alone(fd, i, f);
		mails_move_cursor(fd);
	}
	fd->is_over = state == MAIL_APART && left == 0;
	return rc;
}
