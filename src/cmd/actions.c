#include <inttypes.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/utc.h"
#include "cmd/actions.h"
#include "config/config.h"
#include "source/action.h"
#include "store/actions.h"
#include "store/store.h"

/* A folder and what is done in it. */
struct acting {
	struct store *store;
	const struct store_mailbox *mailbox;
	const char *source;
};

/* What a server that cannot do all of it has done, which is said once. */
static const struct shortcoming {
	enum imap_acted acted;
	enum store_said said;
	enum store_action_step step;
	const char *text;
} shortcomings[] = {
	{ IMAP_ACTED_FLAG_ONLY, STORE_SAID_FLAG_ONLY, STORE_ACTION_DONE,
	    "the server cannot expunge single mails (no UIDPLUS): they are "
	    "flagged as deleted and stay until somebody expunges the folder" },
	{ IMAP_ACTED_UNSEEN, STORE_SAID_UNSEEN, STORE_ACTION_GIVEN_UP,
	    "the server does not keep the flag \\Seen in this folder "
	    "(PERMANENTFLAGS): mails are not marked as seen" },
	{ IMAP_ACTED_UNFLAGGED, STORE_SAID_UNFLAGGED, STORE_ACTION_GIVEN_UP,
	    "the server does not keep the flag \\Flagged in this folder "
	    "(PERMANENTFLAGS): mails are not flagged" },
	{ IMAP_ACTED_UNDELETED, STORE_SAID_UNDELETED, STORE_ACTION_GIVEN_UP,
	    "the server does not keep the flag \\Deleted in this folder "
	    "(PERMANENTFLAGS), and has no UIDPLUS: mails are not deleted" },
};

static const struct shortcoming *
find_shortcoming(enum imap_acted acted)
{
	size_t i;

	for (i = 0; i < sizeof shortcomings / sizeof *shortcomings; i++)
		if (shortcomings[i].acted == acted)
			return &shortcomings[i];
	return NULL;
}

static int
on_acted(void *arg, const uint32_t *uids, size_t n, enum imap_acted acted,
    struct fault *f)
{
	const struct acting *a = arg;
	const struct shortcoming *sc = find_shortcoming(acted);
	enum store_action_step step = sc != NULL ? sc->step
				      : acted == IMAP_ACTED_COPIED
					  ? STORE_ACTION_COPIED
					  : STORE_ACTION_DONE;
	bool first = false;

	if (sc != NULL &&
	    store_say_once(a->store, a->mailbox->id, sc->said, &first, f) == -1)
		return -1;
	if (first)
		log_warn("%s: %s", a->source, sc->text);
	return store_actions_step(a->store, a->mailbox, uids, n, step, f);
}

/* How many from the first on are one action; their UIDs. */
static size_t
take_group(const struct store_action *list, size_t n, uint32_t *uids)
{
	size_t i;

	for (i = 0; i < n && strcmp(list[i].action, list[0].action) == 0; i++)
		uids[i] = list[i].uid;
	return i;
}

/* What one kind is refused does not hold up the next. */
static int
run_groups(struct acting *a, struct imap *imap, const struct store_action *list,
    size_t n, uint32_t *uids, struct fault *f)
{
	struct imap_action action;
	struct fault refusal;
	size_t i, some;
	int rc = 0;

	for (i = 0; i < n; i += some) {
		some = take_group(list + i, n - i, uids);
		log_debug("%s: %s: %zu mail%s", a->source, list[i].action, some,
		    some == 1 ? "" : "s");
		if (imap_action_parse(list[i].action, &action) == -1 ||
		    imap_act(
			imap, &action, uids, some, on_acted, a, &refusal) == 0)
			continue;
		if (rc == 0 || refusal.status != EX_NOPERM)
			*f = refusal;
		rc = -1;
		if (refusal.status != EX_NOPERM)
			break;
	}
	return rc;
}

int
actions_run(struct store *st, struct imap *imap,
    const struct config_mailbox *config, const char *folder, const char *source,
    const struct store_mailbox *mb, struct fault *f)
{
	struct store_wanted wanted = { config->after_import,
		config->after_reject, 0 };
	struct acting a = { st, mb, source };
	struct imap_folder state;
	struct store_action *list;
	struct arena mem = { 0 };
	int rc = -1;
	size_t n;

	if (config->delete_after != 0)
		wanted.expired_before = (int64_t)time(NULL) -
					(int64_t)config->delete_after * UTC_DAY;
	if (store_take_actions(st, mb, &wanted, &mem, &list, &n, f) == -1)
		goto out;
	rc = 0;
	if (n == 0)
		goto out;
	rc = imap_select(imap, folder, &state, f);
	/* of a folder that is another one by now the next run will hear */
	if (rc == 0 && state.uidvalidity == mb->uidvalidity)
		rc = run_groups(&a, imap, list, n,
		    arena_alloc(&mem, n * sizeof(uint32_t)), f);
out:
	arena_free(&mem);
	return rc;
}
