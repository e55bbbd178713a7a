#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "imap/copy_journal.h"
#include "imap/open_folder.h"
#include "imap/session.h"
#include "imap_text/guard.h"

enum {
	ANSWER_BYTES = 64 * 1024,
	MESSAGE_ID_MAX = 500 /* half of what a command may have */
};

static int
command(struct imap *im, const char *text, const char *what, struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_GENERAL,
		.lines = ANSWER_BYTES };

	return session_command(im, text, &limits, what, f);
}

/* That a search finds it, and only it. */
static bool
is_searchable(const char *message_id)
{
	size_t i;

	for (i = 0; message_id[i] > ' ' && message_id[i] < 0x7f; i++)
		continue;
	return i > 0 && i <= MESSAGE_ID_MAX && message_id[i] == '\0';
}

static size_t
count(const char *const *list, size_t n, const char *text)
{
	size_t i, found = 0;

	for (i = 0; i < n; i++)
		found += strcmp(list[i], text) == 0;
	return found;
}

static int
search(
    struct imap *im, uint32_t uidnext, const char *message_id, struct fault *f)
{
	char *quoted = session_quote(message_id);
	char *text = xasprintf("UID SEARCH UID %u:* HEADER Message-ID %s",
	    (unsigned)uidnext, quoted);
	int rc;

	/* "n:*" holds the last mail even when n is beyond it */
	im->reply.search_from = uidnext;
	im->reply.found = 0;
	rc = command(im, text, "SEARCH refused", f);
	free(text);
	free(quoted);
	return rc;
}

static int
find_all(struct imap *im, uint32_t uidnext, const char *const *message_ids,
    size_t n, bool *copied, struct fault *f)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!is_searchable(message_ids[i]))
			continue;
		if (search(im, uidnext, message_ids[i], f) == -1)
			return -1;
		copied[i] =
		    im->reply.found >= count(message_ids, n, message_ids[i]);
	}
	return 0;
}

int
copies_find(struct imap *im, const char *folder, uint32_t uidvalidity,
    uint32_t uidnext, const char *const *message_ids, size_t n, bool *copied,
    struct fault *f)
{
	const struct reply *r = &im->reply;
	uint32_t before = r->uidvalidity;
	struct fault refusal;
	int rc;

	memset(copied, 0, n * sizeof *copied);
	if (uidvalidity == 0 || uidnext == 0)
		return 0;
	rc = open_server_folder(
	    im, folder, false, "the folder to move to", &refusal);
	if (rc == 0 && r->uidvalidity == uidvalidity)
		rc = find_all(im, uidnext, message_ids, n, copied, &refusal);
	if (im->broken ||
	    open_server_folder(im, im->folder, true, "the folder", f) == -1) {
		if (im->broken && rc == -1)
			*f = refusal;
		return -1;
	}
	if (r->uidvalidity != before)
		return fault(f, FAULT_SESSION, EX_TEMPFAIL,
		    "imap: the folder was numbered anew meanwhile");
	if (rc == -1)
		*f = refusal;
	return rc;
}
