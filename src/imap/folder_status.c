#include <stdlib.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "imap/folder_status.h"
#include "imap/reply.h"
#include "imap/session.h"
#include "imap_text/guard.h"

enum {
	ANSWER_BYTES = 64 * 1024
};

int
folder_status(struct imap *im, const char *name, struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_GENERAL,
		.lines = ANSWER_BYTES };
	struct reply *r = &im->reply;
	struct fault refusal;
	char *quoted = session_quote(name);
	char *text = xasprintf("STATUS %s (UIDVALIDITY UIDNEXT)", quoted);
	int rc;

	r->target_uidvalidity = r->target_uidnext = 0;
	rc = session_command(im, text, &limits, "STATUS refused", &refusal);
	free(text);
	free(quoted);
	if (rc == -1 && im->broken) {
		*f = refusal;
		return -1;
	}
	return 0;
}
