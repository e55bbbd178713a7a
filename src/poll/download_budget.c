#include <inttypes.h>
#include <stdint.h>
#include <time.h>

#include "base/log.h"
#include "base/utc.h"
#include "imap/imap.h"
#include "ledger/mailboxes.h"
#include "output/terminal_text.h"
#include "poll/download_budget.h"

static int64_t
today(void)
{
	return utc_day((int64_t)time(NULL)) * UTC_DAY;
}

int
budget_begin(struct download_budget *b, uint64_t limit, struct store *st,
    const char *name, struct fault *f)
{
	int64_t used;

	*b = (struct download_budget){ .limit = limit, .day = today() };
	if (store_bytes_of_day(st, name, b->day, &used, f) == -1)
		return -1;
	b->used = used > 0 ? (uint64_t)used : 0;
	b->was_used = budget_left(b) == 0;
	return 0;
}

void
budget_begin_session(struct download_budget *b)
{
	b->counted = 0;
}

void
budget_count(struct download_budget *b, const struct imap *imap,
    struct store_mailbox *cursor)
{
	uint64_t received = imap_received(imap), more = received - b->counted;
	int64_t now = today();

	if (now > b->day) {
		b->day = now;
		b->used = 0;
		b->was_used = false;
	}
	if (cursor->day != b->day) {
		cursor->day = b->day;
		cursor->bytes = 0;
	}
	b->used += more;
	cursor->bytes += (int64_t)more;
	b->counted = received;
}

uint64_t
budget_left(const struct download_budget *b)
{
	if (b->limit == 0)
		return UINT64_MAX;
	return b->used < b->limit ? b->limit - b->used : 0;
}

void
budget_tell(const struct download_budget *b, const char *mailbox)
{
	char mails[GROUPED], bytes[GROUPED], limit[GROUPED];

	if (b->mails == 0 && !b->was_used)
		return;
	text_grouped(b->mails, mails);
	text_size(b->bytes, bytes);
	text_size(b->limit, limit);
	if (b->was_used)
		(log_is_terminal() ? log_warn : log_info)(
		    "%s: limits.download (%s) is used up for today; polls go "
		    "on from 00:00 UTC on",
		    mailbox, limit);
	else
		log_warn(
		    "%s: limits.download (%s) is used up for today: %s "
		    "mail%s (%s) %s left; polls go on with them from 00:00 "
		    "UTC on",
		    mailbox, limit, mails, b->mails == 1 ? "" : "s", bytes,
		    b->mails == 1 ? "is" : "are");
}
