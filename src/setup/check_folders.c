#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/timing.h"
#include "base/utc.h"
#include "config/config.h"
#include "imap/imap.h"
#include "imap/list_folders.h"
#include "imap/newest_headers.h"
#include "imap/open_folder.h"
#include "imap_text/modified_utf7.h"
#include "imap_text/server_refusal.h"
#include "mime/mail_header.h"
#include "output/checklist.h"
#include "output/terminal_text.h"
#include "poll/folder_cost.h"
#include "poll/report_share.h"
#include "setup/check_folders.h"
#include "setup/check_signature.h"

enum {
	NEWEST = 300,	    /* newest mails that are searched for reports */
	NEWEST_JUNK = 1000, /* the same in the spam folder, full of others */
	NAMED = 20,	    /* folders that a remedy names */
	WORTH_SAYING = 1000 * 1000 /* bytes, of what a folder costs */
};

struct folder_check {
	struct imap *imap;
	const struct config *all; /* of which `config` is a part */
	const struct config_mailbox *config;
	struct resolver *resolver;
	struct checklist *out;
	bool is_listed; /* `listed` holds the folders of the server */
	struct imap_listed *listed;
	size_t n_listed;
	struct arena memory;
};

/* The reports among the newest mails of a folder. */
struct found {
	struct arena memory; /* for one mail at a time */
	size_t mails, reports;
	uint64_t bytes;
	int64_t newest; /* when the newest one arrived; 0: unknown */
	uint32_t uid;	/* of that, or of the last one in the folder */
};

static void
on_head(void *arg, const struct imap_head *mail)
{
	struct found *found = arg;
	struct head head;

	found->mails++;
	found->bytes += mail->size;
	head_read(mail->fields, &head);
	if (head_claims(&head, &found->memory)) {
		found->reports++;
		if (found->newest == 0 ||
		    (mail->has_date && mail->date >= found->newest))
			found->uid = mail->uid;
		if (mail->has_date && mail->date > found->newest)
			found->newest = mail->date;
	}
	arena_reset(&found->memory);
}

static int
find_reports(struct imap *imap, size_t n, struct found *found, struct fault *f)
{
	int rc;

	*found = (struct found){ 0 };
	rc = imap_newest_heads(imap, n, on_head, found, f);
	arena_free(&found->memory);
	return rc;
}

static void
say(struct folder_check *look, const char *name, double began,
    enum check_state state, const char *detail, const char *remedy)
{
	struct check_point point = { .name = name,
		.state = state,
		.seconds = timing_now() - began,
		.detail = detail,
		.remedy = remedy };

	checklist_add(look->out, &point);
}

/* A folder name as it is written in the configuration. */
static const char *
quoted(struct folder_check *look, const char *name)
{
	return strpbrk(name, " \t;#") != NULL
		   ? arena_printf(&look->memory, "\"%s\"", name)
		   : name;
}

/* Ask for the folders, once; a server that refuses counts as without any. */
static void
list(struct folder_check *look)
{
	struct fault f;

	if (look->is_listed)
		return;
	look->is_listed = true;
	if (imap_list(look->imap, &look->listed, &look->n_listed, &f) == -1)
		log_debug("%s: %s", look->config->name, f.text);
}

static bool
is_there(const struct folder_check *look, const char *name)
{
	size_t i;

	for (i = 0; i < look->n_listed; i++)
		if (folder_is_same(look->listed[i].name, name))
			return look->listed[i].selectable;
	return false;
}

/* The remedy for a folder that does not exist: the names of those that do. */
static const char *
folders_there(struct folder_check *look, const char *named)
{
	const char *text = "";
	size_t i;

	list(look);
	if (is_there(look, named))
		return "";
	for (i = 0; i < look->n_listed && i < NAMED; i++)
		if (look->listed[i].selectable)
			text = arena_printf(&look->memory, "%s %s", text,
			    quoted(look, look->listed[i].name));
	if (text[0] == '\0')
		return "set folders to names that the server has";
	return arena_printf(&look->memory,
	    "set folders to names that the server has:%s%s", text,
	    look->n_listed > NAMED ? " ..." : "");
}

static const char *
remedy_of(struct folder_check *look, const char *name, const struct fault *f)
{
	if (f->status == EX_TEMPFAIL)
		return "the server asks to come back later: check again then";
	if (f->status != EX_NOPERM)
		return "";
	return refusal_advice(f->text, false)[0] != '\0'
		   ? "see tlsrua-providers(7)"
		   : folders_there(look, name);
}

/* What the folder holds and a first poll of it costs, by the newest mails. */
static struct folder_cost
cost_of(const struct folder_check *look, const struct imap_folder *state,
    const struct found *found)
{
	struct folder_cost cost = { .share = -1,
		.is_cut = look->config->import_since != 0,
		.is_guess = true,
		.mails = state->exists,
		.a_day = look->all->limits.download };
	uint64_t size;

	if (found->mails == 0)
		return cost;
	size = found->bytes / found->mails;
	cost.share = share_of(found->reports, found->mails);
	cost.bytes = cost.mails * size;
	cost.to_read =
	    cost.mails * share_cost(cost.share,
			     size < UINT32_MAX ? (uint32_t)size : UINT32_MAX);
	return cost;
}

/* "12 mails, about 60 KB of which a first poll reads about 40 KB" */
static const char *
describe_size(struct folder_check *look, const struct folder_cost *cost)
{
	char mails[GROUPED], bytes[GROUPED], to_read[GROUPED];

	text_grouped(cost->mails, mails);
	if (cost->bytes < WORTH_SAYING)
		return arena_printf(&look->memory, "%s mail%s", mails,
		    cost->mails == 1 ? "" : "s");
	return arena_printf(&look->memory,
	    "%s mail%s, about %s of which a first poll reads about %s", mails,
	    cost->mails == 1 ? "" : "s", text_size(cost->bytes, bytes),
	    text_size(cost->to_read, to_read));
}

/* Where few mails are reports, something costs less. */
static const char *
cheaper(struct folder_check *look, const struct folder_cost *cost)
{
	char text[COST_TEXT];

	if (cost->bytes < WORTH_SAYING || !share_is_low(cost->share))
		return "";
	return arena_printf(&look->memory,
	    "nothing must be done; before a "
	    "first poll: %s",
	    folder_cost_text(cost, text));
}

static const char *
describe(struct folder_check *look, const struct imap_folder *state,
    const struct found *found, const struct folder_cost *cost)
{
	char day[UTC_TEXT] = "an unknown day";
	const char *reports;

	if (found->newest > 0)
		utc_format_date(found->newest, day);
	if (state->exists == 0)
		reports = "so no report yet";
	else if (found->reports == 0)
		reports = state->exists > NEWEST
			      ? "no report among the newest 300"
			      : "no report among them";
	else
		reports = arena_printf(
		    &look->memory, "newest report came on %s", day);
	return arena_printf(&look->memory, "%s, UIDVALIDITY %lu, %s",
	    describe_size(look, cost), (unsigned long)state->uidvalidity,
	    reports);
}

static int
check_folder(struct folder_check *look, const char *name)
{
	double began = timing_now();
	struct imap_folder state;
	struct folder_cost cost;
	struct found found;
	struct fault f;

	if (imap_examine(look->imap, name, &state, &f) == -1) {
		say(look, name, began, CHECK_FAILED, f.text,
		    remedy_of(look, name, &f));
		return -1;
	}
	if (find_reports(look->imap, NEWEST, &found, &f) == -1) {
		say(look, name, began, CHECK_FAILED, f.text, "");
		return -1;
	}
	cost = cost_of(look, &state, &found);
	say(look, name, began, CHECK_OK, describe(look, &state, &found, &cost),
	    cheaper(look, &cost));
	if (found.uid == 0 ||
	    check_signature(look->imap, found.uid, look->all, look->config,
		look->resolver, look->out, &f) == 0)
		return 0;
	say(look, "dkim", began, CHECK_FAILED, f.text, "");
	return -1;
}

static bool
is_polled(const struct config_mailbox *config, const char *folder)
{
	size_t i;

	for (i = 0; i < config->n_folders; i++)
		if (strcasecmp(config->folders[i], folder) == 0)
			return true;
	return false;
}

/* The spam folder by its name, where no special use marks it. */
static const char *
junk_by_name(struct folder_check *look)
{
	static const char *const names[] = { "Junk", "Spam", "Bulk",
		"Bulk Mail", "Junk Email", "Junk E-mail", "INBOX.spam",
		"INBOX.Junk", "INBOX/Spam", "INBOX/Junk" };
	size_t i, k;

	list(look);
	for (i = 0; i < look->n_listed; i++)
		for (k = 0; k < sizeof names / sizeof *names; k++)
			if (strcasecmp(look->listed[i].name, names[k]) == 0)
				return look->listed[i].name;
	return NULL;
}

/*
 * Open the spam folder; `*name` gets its name.  Returns what the configuration
 * is to call it, or NULL when there is none or it is polled.
 */
static const char *
open_junk(struct folder_check *look, const char **name,
    struct imap_folder *state, struct fault *f)
{
	const char *junk = "\\Junk", *own;
	char *decoded;

	if (is_polled(look->config, junk))
		return NULL;
	if (imap_examine(look->imap, junk, state, f) == 0) {
		own = imap_folder_name(look->imap);
		decoded = folder_decode(own);
		*name = arena_strdup(
		    &look->memory, decoded != NULL ? decoded : own);
		free(decoded);
	} else if (f->status == EX_NOPERM &&
		   (junk = junk_by_name(look)) != NULL &&
		   imap_examine(look->imap, junk, state, f) == 0) {
		*name = junk;
		junk = quoted(look, junk);
	} else {
		return NULL;
	}
	return is_polled(look->config, *name) ? NULL : junk;
}

/* The remedy with the whole line: "folders = INBOX \Junk". */
static const char *
poll_it_too(struct folder_check *look, const char *junk)
{
	const char *text = "folders =";
	size_t i;

	for (i = 0; i < look->config->n_folders; i++)
		text = arena_printf(&look->memory, "%s %s", text,
		    quoted(look, look->config->folders[i]));
	return arena_printf(
	    &look->memory, "have it polled too: %s %s", text, junk);
}

/* TLS reports often end up in spam, where nobody sees them. */
static void
check_junk(struct folder_check *look)
{
	double began = timing_now();
	const char *name, *junk;
	struct imap_folder state;
	struct found found;
	struct fault f;

	if ((junk = open_junk(look, &name, &state, &f)) == NULL)
		return;
	if (find_reports(look->imap, NEWEST_JUNK, &found, &f) == -1)
		say(look, name, began, CHECK_WARNING, f.text, "");
	else if (found.reports > 0)
		say(look, name, began, CHECK_WARNING,
		    arena_printf(&look->memory,
			"%zu TLS report%s in the spam folder, which is not "
			"polled",
			found.reports, found.reports == 1 ? "" : "s"),
		    poll_it_too(look, junk));
	else
		say(look, name, began, CHECK_OK,
		    "spam folder, not polled: no TLS report in it", "");
}

void
check_folders(struct imap *imap, const struct config *all,
    const struct config_mailbox *config, struct resolver *resolver,
    struct checklist *out)
{
	struct folder_check look = { .imap = imap,
		.all = all,
		.config = config,
		.resolver = resolver,
		.out = out };
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < config->n_folders; i++)
		rc = check_folder(&look, config->folders[i]);
	if (rc == 0)
		check_junk(&look);
	imap_list_free(look.listed, look.n_listed);
	arena_free(&look.memory);
}
