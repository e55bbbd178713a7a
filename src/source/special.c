#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "source/answer.h"
#include "source/login.h"
#include "source/session.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum {
	ANSWER_BYTES = 1024 * 1024,
	NAME_MAX_BYTES = 500, /* half of what a command may have */
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

/* The name a folder goes by in commands; NULL when none could hold it. */
static char *
name_of(const struct answer_folder *folder, struct span text)
{
	char *name, *p;
	size_t i;

	if (text.n == 0 || text.n > NAME_MAX_BYTES)
		return NULL;
	p = name = xmalloc(text.n + 1);
	for (i = 0; i < text.n; i++) {
		if (folder->is_quoted && text.p[i] == '\\')
			i++;
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f) {
			free(name);
			return NULL;
		}
		*p++ = text.p[i];
	}
	*p = '\0';
	return name;
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
take_folder(
    struct imap *im, const struct answer_folder *folder, struct span text)
{
	struct span flags = folder->flags, flag;
	bool used[SPECIAL_USES + 1] = { false }, closed = false;
	char *name = name_of(folder, text);
	size_t i;

	while (name != NULL && answer_next_word(&flags, &flag)) {
		closed |= span_is_nocase(flag, "\\Noselect") ||
			  span_is_nocase(flag, "\\NonExistent");
		used[find_flag(flag)] = true;
	}
	for (i = 0; i < SPECIAL_USES && !closed; i++)
		if (used[i])
			keep(im, i, name);
	free(name);
}

/* One folder, whose name may be a literal and so stand behind the line. */
static int
read_folder(struct imap *im, struct span line, struct fault *f)
{
	struct answer_folder folder;
	char *kept;

	answer_read_folder(line, &folder);
	if (!folder.is_literal) {
		take_folder(im, &folder, folder.name);
		return 0;
	}
	/* the next line comes where this one is */
	kept = xmalloc(folder.flags.n + 1);
	memcpy(kept, folder.flags.p, folder.flags.n);
	folder.flags.p = kept;
	if (session_read_line(im, &line, f) == -1) {
		free(kept);
		return -1;
	}
	take_folder(im, &folder, span_trim(line));
	free(kept);
	return 0;
}

static int
ask(struct imap *im, const char *command, struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_FOLDERS,
		.lines = ANSWER_BYTES,
		.literals = ANSWER_BYTES };
	struct span line = { 0 };
	int rc;

	if (session_send(im, command, f) == -1)
		return -1;
	session_expect(im, &limits);
	while ((rc = session_next(im, &line, f)) == 1)
		if (read_folder(im, line, f) == -1)
			return -1;
	return rc == -1 ? -1
			: session_end(im, MAILIMAP_NO_ERROR, EX_NOPERM,
			      "the folders are not listed", f);
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
	if (ask(im, ways[way].command, &refusal) == 0 ||
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
