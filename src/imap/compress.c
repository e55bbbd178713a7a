#include <sysexits.h>

#include "base/fault.h"
#include "base/log.h"
#include "imap/compress.h"
#include "imap/session.h"

enum {
	WORTH = 64 * 1024, /* half a second and more at 1 Mbit/s */
	ANSWER_BYTES = 16 * 1024
};

int
compress_if_worth(struct imap *im, uint64_t bytes, struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_GENERAL,
		.lines = ANSWER_BYTES };
	struct fault refusal;

	if (!im->account->compress || im->compressed || bytes < WORTH ||
	    !session_can(im, "COMPRESS=DEFLATE"))
		return 0;
	im->compressed = true;
	if (session_command(im, "COMPRESS DEFLATE", &limits, "COMPRESS refused",
		&refusal) == 0) {
		tls_compress(im->low);
		return 0;
	}
	if (!im->broken) {
		log_debug("%s: %s", im->account->name, refusal.text);
		return 0;
	}
	*f = refusal;
	return -1;
}
