#include <inttypes.h>
#include <stdint.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/utc.h"
#include "config/config.h"
#include "imap/mail_action.h"
#include "imap/open_folder.h"
#include "ledger/action_journal.h"
#include "ledger/mailboxes.h"
#include "poll/pending_actions.h"
#include "store/store.h"

/* The folder in which actions are carried out. */
struct acting {
	struct store *store;
	const struct store_mailbox *mailbox;
	const char *source;
	bool again; /* some mails must be copied anew: take the journal again */
	/* of the mails that are in hand, the action, and how often it was
	 * refused
	 */
	const char *action;
	unsigned tries;
};

/* What a server cannot do; a warning is logged once for each folder. */
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

enum {
	FIRST_PAUSE = 3600, /* seconds; twice as long after each try */
	LAST_PAUSE = 7 * UTC_DAY
};

/* The server refuses it for this mail alone, which waits longer each time. */
static int
put_off(struct acting *a, uint32_t uid, const char *why, struct fault *f)
{
	unsigned tries = a->tries < 8 ? a->tries : 8;
	int64_t pause = (int64_t)FIRST_PAUSE << tries;
	int64_t now = (int64_t)time(NULL);
	char when[UTC_TEXT];

	if (pause > LAST_PAUSE)
		pause = LAST_PAUSE;
	utc_format(now + pause, when);
	log_warn("%s: UID %" PRIu32 ": %s is refused by the server: %s; it is "
		 "tried again after %s",
	    a->source, uid, a->action,
	    why != NULL && why[0] != '\0' ? why : "no reason given", when);
	return store_action_refused(a->store, a->mailbox, uid, now + pause, f);
}

static int
on_acted(void *arg, const uint32_t *uids, size_t n, enum imap_acted acted,
    const char *left, struct fault *f)
{
	struct acting *a = arg;
	const struct shortcoming *sc = find_shortcoming(acted);
	enum store_action_step step = sc != NULL     ? sc->step
				      : left != NULL ? STORE_ACTION_BEGUN
						     : STORE_ACTION_DONE;
	bool first = false;

	if (store_is_in_place(a->store, f) == -1)
		return -1;
	if (acted == IMAP_ACTED_REFUSED)
		return put_off(a, uids[0], left, f);
	if (sc != NULL &&
	    store_say_once(a->store, a->mailbox->id, sc->said, &first, f) == -1)
		return -1;
	if (first)
		log_warn("%s: %s", a->source, sc->text);
	a->again |= acted == IMAP_ACTED_NOT_COPIED;
	return store_actions_step(a->store, a->mailbox, uids, n, step, left, f);
}

/* The actions that wait, and their mails in the form that imap_act() takes. */
struct waiting {
	struct store_action *list;
	size_t n;
	uint32_t *uids;
	const char **message_ids;
};

/*
 * The mails from index `from` on that have the same action; one that was
 * refused before is on its own.
 */
static struct imap_acted_on
take_group(const struct waiting *w, size_t from)
{
	struct imap_acted_on on = { w->uids + from, w->message_ids + from, 0 };
	const struct store_action *first = &w->list[from];

	do
		on.n++;
	while (from + on.n < w->n && first[on.n].tries == 0 &&
	       strcmp(first[on.n].action, first->action) == 0);
	return on;
}

/* When the server refuses one kind of action, the next is tried all the same.
 */
static int
run_groups(struct acting *a, struct imap *imap, const struct waiting *w,
    struct fault *f)
{
	struct imap_action action;
	struct imap_acted_on on;
	struct fault refusal;
	size_t i;
	int rc = 0;

	for (i = 0; i < w->n; i += on.n) {
		on = take_group(w, i);
		log_debug("%s: %s: %zu mail%s", a->source, w->list[i].action,
		    on.n, on.n == 1 ? "" : "s");
		if (store_is_in_place(a->store, f) == -1)
			return -1;
		a->action = w->list[i].action;
		a->tries = w->list[i].tries;
		if (imap_action_parse(a->action, &action) == -1 ||
		    imap_act(imap, &action, &on, on_acted, a, &refusal) == 0)
			continue;
		if (a->tries > 0 && refusal.status == EX_NOPERM) {
			if (put_off(a, on.uids[0], refusal.text, f) == -1)
				return -1;
			continue;
		}
		if (rc == 0 || refusal.status != EX_NOPERM)
			*f = refusal;
		rc = -1;
		if (refusal.status != EX_NOPERM)
			break;
	}
	return rc;
}

static int
take_waiting(struct acting *a, const struct config_mailbox *config,
    struct arena *mem, struct waiting *w, struct fault *f)
{
	struct store_wanted wanted = { .after_import = config->after_import,
		.after_reject = config->after_reject,
		.now = (int64_t)time(NULL) };
	size_t i;

	if (config->delete_after != 0)
		wanted.expired_before =
		    wanted.now - (int64_t)config->delete_after * UTC_DAY;
	if (store_take_actions(
		a->store, a->mailbox, &wanted, mem, &w->list, &w->n, f) == -1)
		return -1;
	w->uids = arena_alloc(mem, w->n * sizeof *w->uids);
	w->message_ids = arena_alloc(mem, w->n * sizeof *w->message_ids);
	for (i = 0; i < w->n; i++) {
		w->uids[i] = w->list[i].uid;
		w->message_ids[i] = w->list[i].message_id;
	}
	return 0;
}

int
pending_actions_run(struct store *st, struct imap *imap,
    const struct config_mailbox *config, const char *folder, const char *source,
    const struct store_mailbox *mb, struct fault *f)
{
	struct acting a = { .store = st, .mailbox = mb, .source = source };
	struct imap_folder state;
	struct arena mem = { 0 };
	struct waiting w;
	int rc;

	rc = take_waiting(&a, config, &mem, &w, f);
	if (rc == 0 && w.n > 0) {
		rc = imap_select(imap, folder, &state, f);
		/* a new UIDVALIDITY is dealt with by the next run */
		if (rc == 0 && state.uidvalidity == mb->uidvalidity)
			rc = run_groups(&a, imap, &w, f);
	}
	/* mails that a killed run did not copy, if that is still wanted */
	if (rc == 0 && a.again) {
		rc = take_waiting(&a, config, &mem, &w, f);
		if (rc == 0)
			rc = run_groups(&a, imap, &w, f);
	}
	arena_free(&mem);
	return rc;
}

/* Log what would become of a group of mails. */
static void
tell_group(const char *source, const char *action, size_t n)
{
	static const struct {
		const char *action, *words;
	} plain[] = { { "seen", "marked as seen" }, { "flag", "flagged" },
		{ "delete", "deleted" }, { "expire", "deleted by their age" } };
	const char *words = "moved, as an earlier run began to";
	size_t i;

	if (strncmp(action, "move:", 5) == 0) {
		log_warn("%s: %zu mail%s would be moved to %s", source, n,
		    n == 1 ? "" : "s", action + 5);
		return;
	}
	for (i = 0; i < sizeof plain / sizeof *plain; i++)
		if (strcmp(action, plain[i].action) == 0)
			words = plain[i].words;
	log_warn(
	    "%s: %zu mail%s would be %s", source, n, n == 1 ? "" : "s", words);
}

int
pending_actions_tell(struct store *st, const struct config_mailbox *config,
    const char *source, const struct store_mailbox *mb, struct fault *f)
{
	struct acting a = { .store = st, .mailbox = mb, .source = source };
	struct imap_acted_on on;
	struct arena mem = { 0 };
	struct waiting w;
	size_t i;
	int rc = take_waiting(&a, config, &mem, &w, f);

	for (i = 0; rc == 0 && i < w.n; i += on.n) {
		on = take_group(&w, i);
		tell_group(source, w.list[i].action, on.n);
	}
	arena_free(&mem);
	return rc;
}
