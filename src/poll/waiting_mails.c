#include <stdint.h>
#include <time.h>

#include "base/arena.h"
#include "base/stop_signal.h"
#include "base/utc.h"
#include "ingest/ingest.h"
#include "ingest/retry.h"
#include "poll/waiting_mails.h"
#include "store/vouched.h"
#include "upkeep/quarantine.h"

enum {
	PATIENCE_DAYS = 5
};

static int
retry_one(struct store *st, struct ingest *in, const struct waiting_mails *how,
    int64_t id, struct arena *arena, struct fault *f)
{
	struct store_quarantined q;
	struct ingest_counts did;

	if (store_quarantine_get(st, id, arena, &q, f) == -1)
		return -1;
	/* what was counted at once was done with at once */
	ingest_set_actions(in, q.deferred ? how->after_import : "",
	    q.deferred ? how->after_reject : "");
	if (retry_entry(in, &q, &did, f) == -1)
		return -1;
	if (did.waiting > 0 || did.deferred > 0 || did.rejected > 0)
		return 0;
	return store_quarantine_drop(st, id, f);
}

int
waiting_mails_retry(struct store *st, struct ingest *in,
    const struct waiting_mails *how, struct fault *f)
{
	int64_t since = (int64_t)time(NULL) - PATIENCE_DAYS * UTC_DAY;
	struct arena list = { 0 }, one = { 0 };
	struct store_waiting waiting;
	size_t i;
	int rc =
	    store_find_waiting(st, how->mailbox, since, &list, &waiting, f);

	for (i = 0; rc == 0 && i < waiting.n && !stop_requested(); i++) {
		rc = retry_one(st, in, how, waiting.id[i], &one, f);
		arena_reset(&one);
	}
	ingest_set_actions(in, "", "");
	arena_free(&one);
	arena_free(&list);
	return rc;
}
