#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/random_number.h"
#include "base/stop_signal.h"
#include "base/timing.h"
#include "config/config.h"
#include "config/secret.h"
#include "imap/imap.h"
#include "imap/open_folder.h"
#include "imap_text/modified_utf7.h"
#include "ingest/ingest.h"
#include "ledger/mailboxes.h"
#include "ledger/mechanisms.h"
#include "model/vouching.h"
#include "net/wait.h"
#include "poll/download_budget.h"
#include "poll/login_refusal.h"
#include "poll/poll_folder.h"
#include "poll/poll_mailbox.h"
#include "poll/poll_outcome.h"
#include "poll/poll_run.h"
#include "poll/waiting_mails.h"
#include "poll/withheld_mails.h"
#include "store/store.h"
#include "store/vouched.h"

enum {
	MECHANISM_TEXT = 32
};

/* A mailbox that is polled. */
struct mailbox {
	const struct config_mailbox *config;
	struct folder_state {
		struct store_mailbox cursor;
		bool polled; /* with success, in this run */
		char *name;  /* as the server calls it; NULL: not known yet */
		struct withheld_mails withheld;
		struct vouching vouching; /* how its mails are judged */
	} * folders;
	/* The session broke at some mail; and nothing speaks against another
	 * session at once. */
	bool broke_at_mail, go_on;
	bool is_wrong_mode;	     /* of TLS: another try would end alike */
	struct imap_account account; /* with the secret that is tried */
	enum imap_secret fate;	     /* what became of the secret */
	char mechanism[MECHANISM_TEXT]; /* that worked the last time */
	bool refused;			/* now, or before and not sent again */
	struct download_budget budget;
};

/*
 * Open a folder to be read.  Returns 1; or 0 when this run has read it already,
 * under another name or special use.
 */
static int
open_folder(const struct mailbox *mb, size_t i, struct imap *imap,
    struct imap_folder *opened, struct fault *f)
{
	const char *const *configured = mb->config->folders;
	struct folder_state *state = &mb->folders[i];
	size_t k;

	if (imap_examine(imap, configured[i], opened, f) == -1)
		return -1;
	free(state->name);
	state->name = xstrdup(imap_folder_name(imap));
	for (k = 0; k < mb->config->n_folders; k++) {
		if (k == i || !mb->folders[k].polled ||
		    !folder_is_same(state->name, mb->folders[k].name))
			continue;
		log_info("%s: %s is the same folder as %s: not read again",
		    mb->config->name, configured[i], configured[k]);
		return 0;
	}
	return 1;
}

static int
poll_nth_folder(struct poll_run *p, struct mailbox *mb, size_t i,
    struct imap *imap, struct fault *f)
{
	struct folder_state *state = &mb->folders[i];
	const char *name = mb->config->folders[i];
	char *source = xasprintf("%s: %s", mb->config->name, name);
	struct folder_poll fd = { .run = p,
		.source = source,
		.cursor = state->cursor,
		.imap = imap,
		.withheld = &state->withheld,
		.budget = &mb->budget };
	struct imap_folder opened;
	int rc;

	ingest_set_actions(
	    p->ingest, mb->config->after_import, mb->config->after_reject);
	ingest_set_vouching(p->ingest, &state->vouching);
	timing_enter(p->timing, ROOM_WIRE);
	rc = open_folder(mb, i, imap, &opened, f);
	if (rc == 1)
		rc = poll_folder(&fd, mb->config, name, &opened, f);
	timing_enter(p->timing, ROOM_OTHER);
	ingest_set_cursor(p->ingest, NULL);
	ingest_set_actions(p->ingest, "", "");
	if (rc == -1 && f->scope == FAULT_SESSION)
		fault_prefix(f, "%s", name);
	state->cursor = fd.cursor;
	state->polled = rc == 0 || (fd.broke_alone && fd.is_over);
	mb->broke_at_mail = fd.broke_at_mail;
	mb->go_on = fd.broke_alone;
	if (rc == 0)
		log_info("%s: %zu new mail%s", source, fd.n_new - fd.n_passed,
		    fd.n_new - fd.n_passed == 1 ? "" : "s");
	folder_poll_free(&fd);
	free(source);
	return rc;
}

/* Remember the mechanism that worked where another one was refused. */
static int
note_mechanism(struct poll_run *p, const struct mailbox *mb,
    const struct imap *imap, struct fault *f)
{
	bool is_second;
	const char *mechanism = imap_mechanism(imap, &is_second);

	log_debug("%s: logged in by %s", mb->config->name, mechanism);
	if (!is_second || p->dry_run)
		return 0;
	return store_note_mechanism(p->store, mb->config->name, mechanism, f);
}

/* Over one connection, poll the folders that were not yet. */
static int
poll_session(struct poll_run *p, struct mailbox *mb, struct fault *f)
{
	struct imap *imap;
	size_t i;
	int rc = 0;

	budget_begin_session(&mb->budget);
	if ((imap = imap_open(&mb->account, f)) == NULL)
		return -1;
	if (note_mechanism(p, mb, imap, f) == -1)
		rc = -1;
	for (i = 0; rc == 0 && i < mb->config->n_folders; i++)
		if (!mb->folders[i].polled)
			rc = poll_nth_folder(p, mb, i, imap, f);
	imap_close(imap);
	return rc;
}

/* Wait 1, 2, 4 ... seconds, and at random up to twice as long. */
static void
wait_before_retry(const char *mailbox, unsigned attempt, const struct fault *f)
{
	unsigned base = 1000U << (attempt < 5 ? attempt : 5); /* ms */

	base += (unsigned)(random_number() % base);
	log_info("%s: %s; next try in %.1f s", mailbox, f->text, base / 1e3);
	wait_for(NULL, 0, wait_clock() + base, stop_flag());
}

static bool
all_polled(const struct mailbox *mb)
{
	size_t i;

	for (i = 0; i < mb->config->n_folders; i++)
		if (!mb->folders[i].polled)
			return false;
	return true;
}

/*
 * Try again after a broken connection, but not after a refused login.  Where it
 * broke at a mail that was asked for alone, which happens once a run for each,
 * the others are read over another one at once.
 */
static int
poll_with_retries(struct poll_run *p, struct mailbox *mb, struct fault *f)
{
	unsigned attempt = 0;

	for (;;) {
		mb->broke_at_mail = mb->go_on = false;
		if (poll_session(p, mb, f) == 0)
			return 0;
		if (f->scope != FAULT_SESSION || stop_requested())
			return -1;
		if (mb->go_on) {
			*f = (struct fault){ 0 };
			if (all_polled(mb))
				return 0;
		} else if ((f->status == EX_UNAVAILABLE || mb->broke_at_mail) &&
			   attempt < mb->config->retries &&
			   !mb->is_wrong_mode) {
			wait_before_retry(mb->config->name, attempt++, f);
			if (stop_requested())
				return -1;
		} else {
			return -1;
		}
	}
}

static int64_t
last_good(const struct mailbox *mb)
{
	int64_t last = 0;
	size_t i;

	for (i = 0; i < mb->config->n_folders; i++)
		if (mb->folders[i].cursor.last_good > last)
			last = mb->folders[i].cursor.last_good;
	return last;
}

/* Poll with this secret, unless the server refused it in an earlier run. */
static int
poll_with_secret(
    struct poll_run *p, struct mailbox *mb, const char *secret, struct fault *f)
{
	struct fault of_store;
	bool noted;
	int rc;

	mb->account.secret = secret;
	mb->fate = IMAP_SECRET_UNUSED;
	if ((rc = login_refusal_find(p->store, &mb->account, &noted, f)) == -1)
		return -1;
	if (rc == 1) {
		mb->refused = true;
		login_refusal_add_last_good(f, last_good(mb));
		return -1;
	}
	rc = poll_with_retries(p, mb, f);
	mb->refused = mb->fate == IMAP_SECRET_REFUSED;
	if (login_refusal_update(p->store, &mb->account, mb->fate, noted,
		f->text, &of_store) == -1) {
		*f = of_store;
		return -1;
	}
	if (mb->refused)
		login_refusal_add_last_good(f, last_good(mb));
	return rc;
}

/* A refused token may have expired early: get a new one, and try it once. */
static int
poll_with_new_token(
    struct poll_run *p, struct mailbox *mb, const char *old, struct fault *f)
{
	struct fault failed;
	char *secret = secret_read(mb->config, &failed);
	int rc = -1;

	if (secret == NULL)
		*f = failed;
	else if (strcmp(secret, old) != 0) {
		log_info(
		    "%s: %s; trying a new token", mb->config->name, f->text);
		*f = (struct fault){ 0 };
		rc = poll_with_secret(p, mb, secret, f);
	}
	secret_free(secret);
	return rc;
}

static int
poll_logged_in(struct poll_run *p, struct mailbox *mb, struct fault *f)
{
	char *secret = secret_read(mb->config, f);
	int rc;

	if (secret == NULL)
		return -1;
	rc = poll_with_secret(p, mb, secret, f);
	if (rc == -1 && mb->refused && mb->account.is_token)
		rc = poll_with_new_token(p, mb, secret, f);
	secret_free(secret);
	return rc;
}

static void
free_folders(struct mailbox *mb)
{
	size_t i;

	for (i = 0; mb->folders != NULL && i < mb->config->n_folders; i++) {
		free(mb->folders[i].name);
		withheld_free(&mb->folders[i].withheld);
	}
	free(mb->folders);
}

/* How the mails of a folder are judged; from when on, the store may know. */
static int
set_vouching(struct poll_run *p, struct mailbox *mb, struct folder_state *fs,
    struct fault *f)
{
	int64_t since = 0;

	fs->vouching = mb->config->vouching;
	if (fs->vouching.mode == DKIM_OFF)
		return 0;
	if (store_judged_since(
		p->store, fs->cursor.id, (int64_t)time(NULL), &since, f) == -1)
		return -1;
	if (fs->vouching.required_since == 0)
		fs->vouching.required_since = since;
	return 0;
}

/* Before anything new is read: mails that wait for DNS are judged again. */
static int
settle_waiting(struct poll_run *p, struct mailbox *mb, struct fault *f)
{
	struct waiting_mails how = { .after_import = mb->config->after_import,
		.after_reject = mb->config->after_reject };
	size_t i;

	for (i = 0; i < mb->config->n_folders; i++) {
		if (set_vouching(p, mb, &mb->folders[i], f) == -1)
			return -1;
		how.mailbox = mb->folders[i].cursor.id;
		ingest_set_vouching(p->ingest, &mb->folders[i].vouching);
		if (!p->dry_run &&
		    waiting_mails_retry(p->store, p->ingest, &how, f) == -1)
			return -1;
	}
	return 0;
}

static int
load_cursors(struct poll_run *p, struct mailbox *mb, struct fault *f)
{
	size_t i;

	mb->folders = xcalloc(mb->config->n_folders, sizeof *mb->folders);
	for (i = 0; i < mb->config->n_folders; i++)
		if (store_mailbox(p->store, mb->config->name,
			mb->config->folders[i], &mb->folders[i].cursor,
			f) == -1)
			return -1;
	return 0;
}

/*
 * Record which mails the server did not hand out.  When there are such, the
 * mailbox is not polled well, and `ended` says so, unless it says something
 * else.
 */
static int
settle_withheld(struct poll_run *p, struct mailbox *mb, struct fault *ended,
    struct fault *trouble)
{
	struct folder_state *fs;
	struct fault f;
	char *source;
	size_t i;
	int left;

	for (i = 0; i < mb->config->n_folders; i++) {
		fs = &mb->folders[i];
		if (fs->withheld.n == 0)
			continue;
		source = xasprintf(
		    "%s: %s", mb->config->name, mb->config->folders[i]);
		left =
		    withheld_settle(&fs->withheld, p, source, &fs->cursor, &f);
		free(source);
		if (left == -1) {
			*trouble = f;
			return -1;
		}
		if (left == 0)
			continue;
		fs->polled = false;
		fault_prefix(&f, "%s", mb->config->folders[i]);
		if (ended->scope == FAULT_NONE)
			*ended = f;
	}
	return 0;
}

/* Log a fault with the command that says more, unless its text says one. */
static void
say(void (*log)(const char *, ...), const char *mailbox, const struct fault *f)
{
	static const char *const helpful[] = { "to do: ", " set ", "`tlsrua " };
	size_t n = strlen(f->text), i;

	for (i = 0; i < sizeof helpful / sizeof *helpful; i++)
		if (strstr(f->text, helpful[i]) != NULL) {
			log("%s: %s", mailbox, f->text);
			return;
		}
	if (n > 0 && f->text[n - 1] == '.')
		n--;
	log("%s: %.*s; to look closer: tlsrua check --mailbox %s", mailbox,
	    (int)n, f->text, mailbox);
}

/*
 * Record in the store how the poll ended, and log it.  A fault of network or
 * server is an error only when the last good poll is older than the mailbox's
 * grace; before, it is shown on a terminal alone.  Returns the exit code, or -1
 * with `trouble` when the store failed.
 */
static int
end_mailbox(struct poll_run *p, struct mailbox *mb, const struct fault *f,
    struct fault *trouble)
{
	struct store_poll poll = { .when = (int64_t)time(NULL),
		.duration = p->ended.duration };
	int64_t now = poll.when;
	bool late = false;
	size_t i;

	if (f->scope != FAULT_NONE && stop_requested())
		return EX_TEMPFAIL;
	for (i = 0; i < mb->config->n_folders; i++) {
		struct folder_state *fs = &mb->folders[i];

		poll.status = fs->polled ? 0 : f->status;
		poll.error = fs->polled ? "" : f->text;
		/* a last good poll in the future comes from a wrong clock */
		if (!fs->polled &&
		    (now < fs->cursor.last_good ||
			now - fs->cursor.last_good > mb->config->grace))
			late = true;
		if (store_poll_ended(p->store, fs->cursor.id, &poll, trouble) ==
		    -1)
			return -1;
	}
	if (f->scope == FAULT_NONE)
		return 0;
	if (late || (f->status != EX_UNAVAILABLE && f->status != EX_TEMPFAIL)) {
		say(log_error, mb->config->name, f);
		return f->status;
	}
	say(log_is_terminal() ? log_warn : log_info, mb->config->name, f);
	return 0;
}

int
poll_mailbox(
    struct poll_run *p, const struct config_mailbox *config, struct fault *f)
{
	struct mailbox mb = { .config = config };
	struct fault ended = { 0 };
	struct ingest_counts before = *ingest_counts(p->ingest);
	double began = timing_now();
	int rc = -1, status;

	mb.account = config->account;
	mb.account.tls.stop = stop_flag();
	mb.account.tls.deadline =
	    wait_clock() + (int64_t)p->config->poll_limit * 1000;
	mb.account.tls.is_wrong_mode = &mb.is_wrong_mode;
	mb.account.fate = &mb.fate;
	mb.account.last_mechanism = mb.mechanism;
	if (budget_begin(&mb.budget, p->config->limits.download, p->store,
		config->name, f) == -1 ||
	    load_cursors(p, &mb, f) == -1 || settle_waiting(p, &mb, f) == -1 ||
	    store_find_mechanism(p->store, config->name, mb.mechanism,
		sizeof mb.mechanism, f) == -1)
		goto out;
	if (poll_logged_in(p, &mb, &ended) == -1 && ended.scope == FAULT_HOST &&
	    ended.status != EX_CONFIG) {
		*f = ended;
		goto out;
	}
	if (!stop_requested() && settle_withheld(p, &mb, &ended, f) == -1)
		goto out;
	poll_outcome_note(&p->ended, &ended, &before, p->ingest, began);
	if ((status = end_mailbox(p, &mb, &ended, f)) == -1)
		goto out;
	budget_tell(&mb.budget, config->name);
	if (status != 0 && p->status == 0)
		p->status = status;
	rc = 0;
out:
	free_folders(&mb);
	return rc;
}
