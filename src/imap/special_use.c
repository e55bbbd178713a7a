#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/span.h"
#include "imap/imap.h"
#include "imap/list_folders.h"
#include "imap/login.h"
#include "imap/session.h"
#include "imap/special_use.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum {
	INBOX = 3
};

static const char *const uses[SPECIAL_USES] = { "\\All", "\\Archive",
	"\\Drafts", [INBOX] = "\\Inbox", "\\Important", "\\Flagged", "\\Junk",
	"\\Sent", "\\Trash" };

/* What XLIST, the older way, calls some of them. */
static const struct {
	const char *name, *use;
} synonyms[] = { { "\\AllMail", "\\All" }, { "\\Spam", "\\Junk" },
	{ "\\Starred", "\\Flagged" } };

/* Ways to ask, the cheapest answer first, and what a server needs for them. */
static const struct {
	const char *command, *needs[2];
} ways[] = {
	{ "LIST (SPECIAL-USE) \"\" \"*\" RETURN (SPECIAL-USE)",
	    { "SPECIAL-USE", "LIST-EXTENDED" } },
	{ "LIST \"\" \"*\"", { NULL, NULL } },
	{ "XLIST \"\" \"*\"", { "XLIST", NULL } },
};

enum {
	WAY_PLAIN = 1 /* which a server must answer */
};

static size_t
find_use(struct span text)
{
	size_t i;

	for (i = 0; i < SPECIAL_USES; i++)
		if (span_is_nocase(text, uses[i]))
			break;
	return i;
}

const char *
special_use(const char *text)
{
	size_t i = find_use(span_of(text));

	return i < SPECIAL_USES ? uses[i] : NULL;
}

static size_t
find_flag(struct span flag)
{
	size_t i;

	for (i = 0; i < COUNT(synonyms); i++)
		if (span_is_nocase(flag, synonyms[i].name))
			return find_use(span_of(synonyms[i].use));
	return find_use(flag);
}

/* The first folder of a use stays; that there are more is told. */
static void
keep(struct imap *im, size_t use, const char *name)
{
	char **kept = &im->uses.name[use];

	if (*kept == NULL)
		*kept = xstrdup(name);
	else if (strcmp(*kept, name) != 0)
		log_info("%s: the server marks %s as %s, and %s as well: the "
			 "first is taken",
		    im->account->name, *kept, uses[use], name);
}

static void
take_folder(void *arg, const struct folders_entry *folder)
{
	struct span flags = folder->flags, flag;
	bool used[SPECIAL_USES + 1] = { false };
	size_t i;

	while (span_next_word(&flags, &flag))
		used[find_flag(flag)] = true;
	for (i = 0; i < SPECIAL_USES && folder->selectable; i++)
		if (used[i])
			keep(arg, i, folder->name);
}

/* A way that is only an offer of the server may be refused. */
static int
try_way(struct imap *im, unsigned way, struct fault *f)
{
	struct fault refusal;
	size_t i;

	for (i = 0; i < COUNT(ways[way].needs); i++)
		if (ways[way].needs[i] != NULL &&
		    !session_can(im, ways[way].needs[i]))
			return 0;
	if (folders_ask(im, ways[way].command, take_folder, im, &refusal) ==
		0 ||
	    (way != WAY_PLAIN && !im->broken))
		return 0;
	*f = refusal;
	return -1;
}

const char *
special_find(struct imap *im, const char *use, struct fault *f)
{
	size_t i = find_use(span_of(use));

	if (i == INBOX)
		return "INBOX";
	/* what it can do says how to ask */
	if (login_settle(im, f) == -1)
		return NULL;
	while (i < SPECIAL_USES && im->uses.name[i] == NULL &&
	       im->uses.asked < COUNT(ways)) {
		if (try_way(im, im->uses.asked, f) == -1)
			return NULL;
		im->uses.asked++;
	}
	if (i < SPECIAL_USES && im->uses.name[i] != NULL)
		return im->uses.name[i];
	fault(f, FAULT_SESSION, EX_NOPERM,
	    "imap: the server marks no folder as %s: name the folder", use);
	return NULL;
}

void
special_free(struct special *s)
{
	size_t i;

	for (i = 0; i < SPECIAL_USES; i++)
		free(s->name[i]);
}
