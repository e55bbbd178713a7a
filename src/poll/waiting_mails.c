#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/arena.h"
#include "base/stop_signal.h"
#include "base/utc.h"
#include "ingest/ingest.h"
#include "ingest/retry.h"
#include "model/message.h"
#include "poll/waiting_mails.h"
#include "store/vouched.h"
#include "upkeep/quarantine.h"

enum {
	PATIENCE_DAYS = 5
};

/* The mails that wait, and the one that is judged. */
struct retrying {
	struct store *store;
	struct ingest *ingest;
	const struct waiting_mails *how;
	bool deferred; /* of those judged so far and not committed yet */
};

/* What was counted at once was done with at once; actions are those of a whole
 * batch. */
static int
set_actions(struct retrying *r, bool deferred, struct fault *f)
{
	if (deferred != r->deferred && ingest_commit(r->ingest, f) == -1)
		return -1;
	r->deferred = deferred;
	ingest_set_actions(r->ingest, deferred ? r->how->after_import : "",
	    deferred ? r->how->after_reject : "");
	return 0;
}

static int
retry_one(struct retrying *r, int64_t id, struct arena *arena, struct fault *f)
{
	struct store_quarantined q;
	struct ingest_verdict verdict;
	struct message m;

	if (store_quarantine_get(r->store, id, arena, &q, f) == -1 ||
	    set_actions(r, q.deferred, f) == -1)
		return -1;
	m = retry_message(&q);
	m.waiting = id;
	if (ingest_message(r->ingest, &m, &verdict, f) == -1)
		return -1;
	return ingest_commit_if_due(r->ingest, f);
}

int
waiting_mails_retry(struct store *st, struct ingest *in,
    const struct waiting_mails *how, struct fault *f)
{
	int64_t since = (int64_t)time(NULL) - PATIENCE_DAYS * UTC_DAY;
	struct retrying r = { .store = st, .ingest = in, .how = how };
	struct arena list = { 0 }, one = { 0 };
	struct store_waiting waiting;
	size_t i;
	int rc =
	    store_find_waiting(st, how->mailbox, since, &list, &waiting, f);

	for (i = 0; rc == 0 && i < waiting.n && !stop_requested(); i++) {
		rc = retry_one(&r, waiting.id[i], &one, f);
		arena_reset(&one);
	}
	if (rc == 0 && waiting.n > 0)
		rc = ingest_commit(in, f);
	ingest_set_actions(in, "", "");
	arena_free(&one);
	arena_free(&list);
	return rc;
}
